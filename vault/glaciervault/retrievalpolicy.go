package glaciervault

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glacier"
	"github.com/aws/aws-sdk-go-v2/service/glacier/types"

	"firn/vault"
	"firn/vault/administration"
)

// RetrievalLimit returns the data retrieval policy of the account in the region: LimitNone
// if none was ever set.
func (a *Account) RetrievalLimit(ctx context.Context) (administration.RetrievalLimit, error) {
	var limit administration.RetrievalLimit
	err := a.call(ctx, "ask for the data retrieval policy", func() error {
		out, err := a.client.GetDataRetrievalPolicy(ctx, &glacier.GetDataRetrievalPolicyInput{AccountId: &a.id})
		if err == nil {
			limit, err = parseLimit(out.Policy)
		}
		return err
	})
	return limit, err
}

func parseLimit(p *types.DataRetrievalPolicy) (administration.RetrievalLimit, error) {
	if p == nil || len(p.Rules) == 0 {
		return administration.RetrievalLimit{Strategy: administration.LimitNone}, nil
	}
	if len(p.Rules) > 1 {
		return administration.RetrievalLimit{}, vault.Errorf(vault.ErrInvalid, "the answer makes no sense: a policy of %d rules", len(p.Rules))
	}
	limit := administration.RetrievalLimit{
		Strategy:     administration.LimitStrategy(aws.ToString(p.Rules[0].Strategy)),
		BytesPerHour: aws.ToInt64(p.Rules[0].BytesPerHour),
	}
	if err := limit.Check(); err != nil {
		return administration.RetrievalLimit{}, fmt.Errorf("the answer makes no sense: %w", err)
	}
	return limit, nil
}

// SetRetrievalLimit sets the data retrieval policy of the account in the region. It takes
// effect within minutes.
func (a *Account) SetRetrievalLimit(ctx context.Context, limit administration.RetrievalLimit) error {
	const what = "set the data retrieval policy"
	if err := limit.Check(); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	rule := types.DataRetrievalRule{Strategy: aws.String(string(limit.Strategy))}
	if limit.Strategy == administration.LimitBytesPerHour {
		rule.BytesPerHour = &limit.BytesPerHour
	}
	return a.call(ctx, what, func() error {
		_, err := a.client.SetDataRetrievalPolicy(ctx, &glacier.SetDataRetrievalPolicyInput{
			AccountId: &a.id, Policy: &types.DataRetrievalPolicy{Rules: []types.DataRetrievalRule{rule}},
		})
		return err
	})
}
