import io.github.cdkledger.JournalArchive;
import io.github.cdkledger.JournalExportOptions;
import io.github.cdkledger.JournalStreamOptions;
import io.github.cdkledger.Ledger;
import io.github.cdkledger.LedgerService;
import io.github.cdkledger.LedgerServiceQuotas;
import io.github.cdkledger.LedgerTable;
import io.github.cdkledger.OutputFormat;
import io.github.cdkledger.TableGrantOptions;
import java.util.List;
import software.amazon.awscdk.AppProps;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.kinesis.Stream;
import software.amazon.awscdk.services.kinesis.StreamEncryption;

/** The stack of java.heavy.test.ts, as a Java program writes it. Takes the folder of the cloud assembly. */
public final class App {
    public static void main(final String[] arguments) {
        final var app = new software.amazon.awscdk.App(AppProps.builder().outdir(arguments[0]).build());
        final var stack = new Stack(app, "Polyglot");
        final var service = LedgerService.Builder.create(stack, "Service")
                .quotas(LedgerServiceQuotas.builder().activeLedgers(20).build())
                .recoveryPeriod(Duration.days(7))
                .build();
        final var payments = Ledger.Builder.create(stack, "Payments")
                .service(service)
                .tables(List.of(LedgerTable.builder().name("Transfers").indexes(List.of("transferId")).build()))
                .build();
        final var archive = new JournalArchive(stack, "Archive");
        payments.exportJournal("Export", JournalExportOptions.builder().archive(archive).outputFormat(OutputFormat.ION_BINARY).build());
        payments.streamJournal("Stream", JournalStreamOptions.builder()
                .kinesisStream(Stream.Builder.create(stack, "Kinesis").encryption(StreamEncryption.KMS).build())
                .build());
        final var caller = Role.Builder.create(stack, "Caller").assumedBy(new ServicePrincipal("lambda.amazonaws.com")).build();
        payments.getGrants().readWrite(caller, TableGrantOptions.builder().tables(List.of("Transfers")).build());

        String refusal = "nothing";
        try {
            Ledger.Builder.create(stack, "Wrong").ledgerName("not--a--name").build();
        } catch (RuntimeException problem) {
            refusal = problem.getMessage();
        }
        if (!refusal.contains("is not a valid name")) {
            throw new AssertionError("a wrong name was taken: " + refusal);
        }

        app.synth();
    }

    private App() {
    }
}
