package main

import (
	"context"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/qldbsession"
	"github.com/awslabs/amazon-qldb-driver-go/v3/qldbdriver"
)

// connect reaches cdk-ledger serve or cdk-ledger proxy: the endpoint is all there is to set.
func connect(ledger, endpoint, region string, options func(*qldbdriver.DriverOptions)) (*qldbdriver.QLDBDriver, error) {
	settings, err := config.LoadDefaultConfig(context.Background(), config.WithRegion(region))
	if err != nil {
		return nil, err
	}
	client := qldbsession.NewFromConfig(settings, func(client *qldbsession.Options) {
		client.EndpointResolver = qldbsession.EndpointResolverFromURL(endpoint)
	})
	return qldbdriver.New(ledger, client, options)
}

// connectToFunctionURL reaches a deployed service: its function URL wants requests signed for lambda.
func connectToFunctionURL(ledger, url, region string, options func(*qldbdriver.DriverOptions)) (*qldbdriver.QLDBDriver, error) {
	settings, err := config.LoadDefaultConfig(context.Background(), config.WithRegion(region))
	if err != nil {
		return nil, err
	}
	client := qldbsession.NewFromConfig(settings, func(client *qldbsession.Options) {
		client.EndpointResolver = qldbsession.EndpointResolverFromURL(url)
		client.HTTPSignerV4 = lambdaSigner{v4.NewSigner()}
	})
	return qldbdriver.New(ledger, client, options)
}

type lambdaSigner struct{ *v4.Signer }

// SignHTTP signs for lambda whatever service the client names.
func (signer lambdaSigner) SignHTTP(
	ctx context.Context, credentials aws.Credentials, request *http.Request, payloadHash, _, region string, now time.Time, options ...func(*v4.SignerOptions),
) error {
	return signer.Signer.SignHTTP(ctx, credentials, request, payloadHash, "lambda", region, now, options...)
}
