package price

import "time"

// The sources of the prices below.
const (
	priceList = "AWS Price List API, offers of 2026-09-11 and 2026-09-28"
	guide     = "AWS developer guides, 2023"
	pricePage = "AWS price page"
)

// Default returns firn's built-in prices for us-east-1, as of 2026-10-03.
func Default() Book {
	return Book{
		AsOf:   Date(time.Date(2026, time.October, 3, 0, 0, 0, 0, time.UTC)),
		Region: "us-east-1", Source: priceList,
		Vault: vaultTable(), InstantS3: instantTable(), FlexibleS3: flexibleTable(), DeepArchive: deepTable(),
	}
}

// vaultTable returns the prices of vaults. The price list contains only storage; the rest
// is from the price page as others quote it.
func vaultTable() Table {
	return Table{
		Storage:     Figure{0.0036, Moderate, "AWS Price List API, offer AmazonGlacier of 2026-09-11; an older FAQ says 0.004"},
		Staging:     Figure{0, Moderate, "the output of a job is not charged"},
		Parts:       Figure{0.03, Low, pricePage + "; 0.05 in earlier years"},
		Completions: Figure{0.03, Low, pricePage + "; 0.05 in earlier years"},
		Downloads:   Figure{0, Moderate, pricePage},
		Egress:      Figure{0.09, High, priceList}, FreeEgressGiB: 100,
		Overhead: 32 << 10, MinimumStayDays: 90,
		Tiers: Tiers{
			Expedited: &Tier{Figure{10, Moderate, pricePage}, Figure{0.03, Moderate, pricePage}, time.Minute, 5 * time.Minute},
			Standard:  &Tier{Figure{0.05, Moderate, pricePage}, Figure{0.01, Moderate, pricePage}, 3 * time.Hour, 5 * time.Hour},
			Bulk: &Tier{
				Figure{0.025, Moderate, pricePage},
				Figure{0.0025, Low, pricePage + "; it became free in the S3 class, perhaps here, too"},
				5 * time.Hour, 12 * time.Hour,
			},
		},
		CapacityUnit: Figure{100, High, priceList},
	}
}

func instantTable() Table {
	return Table{
		Storage:     Figure{0.004, High, priceList},
		Staging:     Figure{0.004, Low, "taken to be the price of the class"},
		Parts:       Figure{0.02, Good, priceList},
		Completions: Figure{0.02, High, priceList},
		Downloads:   Figure{0.01, High, priceList},
		Egress:      Figure{0.09, High, priceList}, FreeEgressGiB: 100,
		LeastBilled: 128 << 10, MinimumStayDays: 90,
		Tiers: Tiers{Instant: &Tier{Figure{0, High, "there is no job"}, Figure{0.03, High, priceList}, 0, 0}},
	}
}

func flexibleTable() Table {
	return Table{
		Storage:     Figure{0.0036, High, priceList},
		Staging:     Figure{0.023, High, priceList + "; S3 Standard, the first 50 TB"},
		Parts:       Figure{0.005, High, guide},
		Completions: Figure{0.03, High, priceList},
		Downloads:   Figure{0.0004, High, priceList},
		Egress:      Figure{0.09, High, priceList}, FreeEgressGiB: 100,
		Overhead: 32 << 10, StagingOverhead: 8 << 10, MinimumStayDays: 90,
		Tiers: Tiers{
			Expedited: &Tier{Figure{10, High, priceList}, Figure{0.03, High, priceList}, time.Minute, 5 * time.Minute},
			Standard:  &Tier{Figure{0.05, Good, priceList}, Figure{0.01, High, priceList}, 3 * time.Hour, 5 * time.Hour},
			Bulk:      &Tier{Figure{0, Good, priceList}, Figure{0, High, priceList}, 5 * time.Hour, 12 * time.Hour},
		},
	}
}

func deepTable() Table {
	return Table{
		Storage:     Figure{0.00099, High, priceList},
		Staging:     Figure{0.023, High, priceList + "; S3 Standard, the first 50 TB"},
		Parts:       Figure{0.005, High, guide},
		Completions: Figure{0.05, High, priceList},
		Downloads:   Figure{0.0004, High, priceList},
		Egress:      Figure{0.09, High, priceList}, FreeEgressGiB: 100,
		Overhead: 32 << 10, StagingOverhead: 8 << 10, MinimumStayDays: 180,
		Tiers: Tiers{
			Standard: &Tier{Figure{0.10, Good, priceList}, Figure{0.02, High, priceList}, 0, 12 * time.Hour},
			Bulk:     &Tier{Figure{0.025, Good, priceList}, Figure{0.0025, High, priceList}, 0, 48 * time.Hour},
		},
	}
}
