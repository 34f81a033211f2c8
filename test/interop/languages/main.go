package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"
	credstash "github.com/cdk-credstash/cdk-credstash-go/cdkcredstash"
)

func main() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	awscdk.Validations_Of(app).AddPlugins(credstash.NewCompartmentAccess(&credstash.CompartmentAccessProps{
		RequireScopes: jsii.Strings("staging"),
	}))
	env := &awscdk.Environment{Account: jsii.String("123456789012"), Region: jsii.String("eu-west-1")}
	prod := credstash.NewCompartmentStack(app, jsii.String("Prod"), &credstash.CompartmentStackProps{
		Env:             env,
		Description:     jsii.String("Secrets of production"),
		CompartmentName: jsii.String("prod"),
	}).Compartment()
	staging := credstash.NewCompartmentStack(app, jsii.String("Staging"), &credstash.CompartmentStackProps{
		Env:             env,
		CompartmentName: jsii.String("staging"),
		BindNames:       jsii.Bool(true),
		Billing: awsdynamodb.Billing_OnDemand(&awsdynamodb.MaxThroughputProps{
			MaxReadRequestUnits: jsii.Number(100),
		}),
		RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	}).Compartment()

	stack := awscdk.NewStack(app, jsii.String("Application"), &awscdk.StackProps{Env: env})
	role := func(id string) awsiam.Role {
		return awsiam.NewRole(stack, jsii.String(id), &awsiam.RoleProps{
			AssumedBy: awsiam.NewAccountRootPrincipal(),
		})
	}

	prod.GrantRead(role("Reader"), nil)
	prod.GrantWrite(role("Writer"), &credstash.GrantScope{
		Names:   jsii.Strings("app/*"),
		Context: &map[string]*string{"env": jsii.String("prod")},
	})
	prod.GrantList(role("Lister"))
	prod.GrantDelete(role("Deleter"), &credstash.GrantScope{Names: jsii.Strings("app/*")})
	prod.GrantRewrap(role("Rewrapper"), nil)
	admin := role("Admin")
	prod.GrantAdmin(admin)
	awscdk.Validations_Of(admin).Acknowledge(&awscdk.Acknowledgment{
		Id:     jsii.String("CompartmentAccess::ReaderCanWrite"),
		Reason: jsii.String("It restores backups."),
	})
	staging.Grants().Read(role("NamedReader"), &credstash.GrantScope{
		Names: jsii.Strings("app/db.password", "web/*"),
	})

	byName := credstash.Compartment_FromCompartmentName(stack, jsii.String("ByName"), jsii.String("shared"))
	byName.Grants().Read(role("SharedReader"), &credstash.GrantScope{
		Names: jsii.Strings("app/db.password"),
	})
	byAttributes := credstash.Compartment_FromCompartmentAttributes(stack, jsii.String("ByAttributes"), &credstash.CompartmentAttributes{
		CompartmentName: jsii.String("other"),
		TableArn:        jsii.String("arn:aws:dynamodb:eu-west-1:123456789012:table/other-credentials"),
		KeyArn:          jsii.String("arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000"),
		BindNames:       jsii.Bool(true),
	})
	byAttributes.Grants().Write(role("OtherWriter"), &credstash.GrantScope{Names: jsii.Strings("app/*")})

	awscloudwatch.NewAlarm(stack, jsii.String("Throttled"), &awscloudwatch.AlarmProps{
		Metric: prod.MetricThrottledRequests(&awscloudwatch.MetricOptions{
			Period: awscdk.Duration_Minutes(jsii.Number(1)),
		}),
		Threshold:         jsii.Number(1),
		EvaluationPeriods: jsii.Number(1),
	})
	app.Synth(nil)
}
