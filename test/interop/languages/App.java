import io.github.cdkcredstash.Compartment;
import io.github.cdkcredstash.CompartmentAccess;
import io.github.cdkcredstash.CompartmentAccessProps;
import io.github.cdkcredstash.CompartmentAttributes;
import io.github.cdkcredstash.CompartmentStack;
import io.github.cdkcredstash.GrantScope;
import io.github.cdkcredstash.ICompartment;
import java.util.List;
import java.util.Map;
import software.amazon.awscdk.Acknowledgment;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Environment;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.Validations;
import software.amazon.awscdk.services.cloudwatch.Alarm;
import software.amazon.awscdk.services.cloudwatch.MetricOptions;
import software.amazon.awscdk.services.dynamodb.Billing;
import software.amazon.awscdk.services.dynamodb.MaxThroughputProps;
import software.amazon.awscdk.services.iam.AccountRootPrincipal;
import software.amazon.awscdk.services.iam.Role;

public class App {
    private final Stack stack;

    private App(Stack stack) {
        this.stack = stack;
    }

    private Role role(String id) {
        return Role.Builder.create(stack, id).assumedBy(new AccountRootPrincipal()).build();
    }

    private static GrantScope names(String... names) {
        return GrantScope.builder().names(List.of(names)).build();
    }

    public static void main(String[] args) {
        software.amazon.awscdk.App app = new software.amazon.awscdk.App();
        CompartmentAccessProps scopes =
            CompartmentAccessProps.builder().requireScopes(List.of("staging")).build();
        Validations.of(app).addPlugins(new CompartmentAccess(scopes));
        Environment env = Environment.builder().account("123456789012").region("eu-west-1").build();
        Compartment prod = CompartmentStack.Builder.create(app, "Prod")
            .env(env)
            .description("Secrets of production")
            .compartmentName("prod")
            .build()
            .getCompartment();
        Compartment staging = CompartmentStack.Builder.create(app, "Staging")
            .env(env)
            .compartmentName("staging")
            .bindNames(true)
            .billing(Billing.onDemand(MaxThroughputProps.builder().maxReadRequestUnits(100).build()))
            .removalPolicy(RemovalPolicy.DESTROY)
            .build()
            .getCompartment();
        new App(Stack.Builder.create(app, "Application").env(env).build()).grant(prod, staging);
        app.synth();
    }

    private void grant(Compartment prod, Compartment staging) {
        GrantScope scope = GrantScope.builder()
            .names(List.of("app/*"))
            .context(Map.of("env", "prod"))
            .build();
        prod.grantRead(role("Reader"));
        prod.grantWrite(role("Writer"), scope);
        prod.grantList(role("Lister"));
        prod.grantDelete(role("Deleter"), names("app/*"));
        prod.grantRewrap(role("Rewrapper"));
        Role admin = role("Admin");
        prod.grantAdmin(admin);
        Acknowledgment onPurpose = Acknowledgment.builder()
            .id("CompartmentAccess::ReaderCanWrite")
            .reason("It restores backups.")
            .build();
        Validations.of(admin).acknowledge(onPurpose);
        staging.getGrants().read(role("NamedReader"), names("app/db.password", "web/*"));

        ICompartment byName = Compartment.fromCompartmentName(stack, "ByName", "shared");
        byName.getGrants().read(role("SharedReader"), names("app/db.password"));
        CompartmentAttributes attributes = CompartmentAttributes.builder()
            .compartmentName("other")
            .tableArn("arn:aws:dynamodb:eu-west-1:123456789012:table/other-credentials")
            .keyArn("arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000")
            .bindNames(true)
            .build();
        ICompartment byAttributes =
            Compartment.fromCompartmentAttributes(stack, "ByAttributes", attributes);
        byAttributes.getGrants().write(role("OtherWriter"), names("app/*"));

        MetricOptions everyMinute = MetricOptions.builder().period(Duration.minutes(1)).build();
        Alarm.Builder.create(stack, "Throttled")
            .metric(prod.metricThrottledRequests(everyMinute))
            .threshold(1)
            .evaluationPeriods(1)
            .build();
    }
}
