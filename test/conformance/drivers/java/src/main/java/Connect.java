import java.net.URI;
import java.util.List;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.scheme.AuthSchemeOption;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.qldbsession.QldbSessionClient;
import software.amazon.awssdk.services.qldbsession.QldbSessionClientBuilder;
import software.amazon.qldb.QldbDriver;
import software.amazon.qldb.RetryPolicy;

final class Connect {
    private Connect() {
    }

    /** cdk-ledger serve, cdk-ledger proxy: the endpoint is all there is to set. */
    static QldbDriver connect(String ledger, String endpoint, String region, int sessions, int retries) {
        QldbSessionClientBuilder client = QldbSessionClient.builder()
            .endpointOverride(URI.create(endpoint))
            .region(Region.of(region));
        return QldbDriver.builder()
            .ledger(ledger)
            .sessionClientBuilder(client)
            .maxConcurrentTransactions(sessions)
            .transactionRetryPolicy(RetryPolicy.maxRetries(retries))
            .build();
    }

    /** A deployed service: its function URL wants requests signed for lambda. */
    static QldbDriver connectToFunctionUrl(String ledger, String url, String region, int sessions, int retries) {
        QldbSessionClientBuilder client = QldbSessionClient.builder()
            .endpointOverride(URI.create(url))
            .region(Region.of(region))
            .authSchemeProvider(parameters -> List.of(AuthSchemeOption.builder()
                .schemeId("aws.auth#sigv4")
                .putSignerProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "lambda")
                .putSignerProperty(AwsV4HttpSigner.REGION_NAME, region)
                .build()));
        return QldbDriver.builder()
            .ledger(ledger)
            .sessionClientBuilder(client)
            .maxConcurrentTransactions(sessions)
            .transactionRetryPolicy(RetryPolicy.maxRetries(retries))
            .build();
    }
}
