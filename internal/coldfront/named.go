package coldfront

import (
	"fmt"
	"slices"
)

// Service is a front that behaves like a service of this name, according to its
// documentation and public reports.
type Service struct {
	Name      string
	Class     string // the class of archives there
	Lacks     string // the option lacks of the vault's URL; firn finds out the rest
	Versioned bool   // whether its buckets keep versions
	Options   Options
	Faults    []Fault // the permanent faults of the service
}

// Services returns the known services.
func Services() []Service {
	return []Service{
		// Everything that Amazon has.
		{Name: "amazon", Class: "GLACIER_IR"},
		// Scaleway Object Storage: the class GLACIER, which must be restored, no other cold
		// class, no checksums but MD5, and 1,000 parts.
		{
			Name: "scaleway", Class: "GLACIER",
			Options: Options{Ignores: []Feature{Checksums, Conditions, RestoreStatus}, Dialect: Dialect{MaxParts: 1000}},
		},
		// Backblaze B2: one class, versions in every bucket, no tags, and unknown headers
		// are errors.
		{
			Name: "backblaze", Class: "GLACIER", Lacks: "classes", Versioned: true,
			Options: Options{
				Refuses: []Feature{Tagging, Conditions, CRC64NVME, Classes, Restore}, Ignores: []Feature{RestoreStatus},
				Dialect: Dialect{Unknown: []string{"x-amz-checksum-mode", "x-amz-checksum-algorithm", "x-amz-mp-object-size"}},
			},
		},
		// Ceph's gateway: no cold classes; it ignores most unknown headers.
		{
			Name: "ceph", Class: "GLACIER", Lacks: "classes",
			Options: Options{Refuses: []Feature{Classes, Restore}, Ignores: []Feature{Checksums, Conditions, RestoreStatus}},
		},
		// A service that ignores encoding-type, behind a proxy. The proxy times out before
		// an upload is completed, and once for some other requests, and refuses bodies of
		// more than 32 MiB.
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

// ServiceNamed returns the service with this name.
func ServiceNamed(name string) (Service, error) {
	all := Services()
	i := slices.IndexFunc(all, func(s Service) bool { return s.Name == name })
	if i < 0 {
		return Service{}, fmt.Errorf("no service is called %q", name)
	}
	return all[i], nil
}
