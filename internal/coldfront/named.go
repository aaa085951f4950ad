package coldfront

import (
	"fmt"
	"slices"
)

// Service is a front that answers as a service of that name does, as far as its
// documentation and public reports tell.
type Service struct {
	Name      string
	Class     string // in which archives are stored there
	Lacks     string // what a vault's URL must say, with commas; the rest is found out
	Versioned bool   // whether its buckets keep versions
	Options   Options
	Faults    []Fault // that come by themselves
}

// Services are those that are known by name.
func Services() []Service {
	return []Service{
		// All that Amazon has.
		{Name: "amazon", Class: "GLACIER_IR"},
		// Scaleway Object Storage: a class GLACIER that is restored, no other cold one, no
		// checksums but MD5, and 1,000 parts.
		{
			Name: "scaleway", Class: "GLACIER",
			Options: Options{Ignores: []Feature{Checksums, Conditions, RestoreStatus}, Dialect: Dialect{MaxParts: 1000}},
		},
		// Backblaze B2: one class, versions in every bucket, no tags, and headers that it does
		// not know are errors.
		{
			Name: "backblaze", Class: "GLACIER", Lacks: "classes", Versioned: true,
			Options: Options{
				Refuses: []Feature{Tagging, Conditions, CRC64NVME, Classes, Restore}, Ignores: []Feature{RestoreStatus},
				Dialect: Dialect{Unknown: []string{"x-amz-checksum-mode", "x-amz-checksum-algorithm", "x-amz-mp-object-size"}},
			},
		},
		// Ceph's gateway: no cold classes, and no notice of most headers that it does not know.
		{
			Name: "ceph", Class: "GLACIER", Lacks: "classes",
			Options: Options{Refuses: []Feature{Classes, Restore}, Ignores: []Feature{Checksums, Conditions, RestoreStatus}},
		},
		// A service that takes no notice of encoding-type, behind a proxy that is out of
		// patience before an upload is completed, and once with other requests, and that lets
		// no body of more than 32 MiB through.
		{
			Name: "proxy", Class: "GLACIER_IR",
			Options: Options{Ignores: []Feature{Encoding}, Dialect: Dialect{MaxBody: 32 << 20}},
			Faults: []Fault{
				{Operation: "CompleteMultipartUpload", Harm: Gateway},
				{Operation: "CreateMultipartUpload", Harm: Gateway},
				{Operation: "UploadPart", After: 1, Harm: Gateway},
				{Operation: "ListObjectsV2", Harm: Gateway},
				{Operation: "HeadObject", After: 1, Harm: Gateway},
				{Operation: "GetObject", Harm: Gateway},
				{Operation: "PutObjectTagging", Harm: Gateway},
				{Operation: "DeleteObject", Harm: Gateway},
			},
		},
	}
}

// ServiceNamed returns one of Services.
func ServiceNamed(name string) (Service, error) {
	all := Services()
	i := slices.IndexFunc(all, func(s Service) bool { return s.Name == name })
	if i < 0 {
		return Service{}, fmt.Errorf("no service is called %q", name)
	}
	return all[i], nil
}
