package main

import "github.com/mmcloughlin/avo/reg"

// cpuid writes the function by which treehash finds out whether the processor has the SHA
// instructions. golang.org/x/sys/cpu does not report that.
func (s sha) cpuid() {
	s.function("cpuid", "func(leaf, subleaf uint32) (eax, ebx, ecx, edx uint32)",
		"cpuid is the instruction of that name.")
	s.Load(s.Param("leaf"), reg.EAX)
	s.Load(s.Param("subleaf"), reg.ECX)
	s.CPUID()
	s.Store(reg.EAX, s.Return("eax"))
	s.Store(reg.EBX, s.Return("ebx"))
	s.Store(reg.ECX, s.Return("ecx"))
	s.Store(reg.EDX, s.Return("edx"))
	s.RET()
}
