import com.amazon.ion.IonInt;
import com.amazon.ion.IonList;
import com.amazon.ion.IonStruct;
import com.amazon.ion.IonSystem;
import com.amazon.ion.IonText;
import com.amazon.ion.IonValue;
import com.amazon.ion.IonWriter;
import com.amazon.ion.system.IonSystemBuilder;
import com.amazon.ion.system.IonTextWriterBuilder;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.qldb.QldbDriver;
import software.amazon.qldb.Result;
import software.amazon.qldb.TransactionExecutor;

/** Runs the scenario with amazon-qldb-driver-java: reads a run's file, prints one line of JSON for each step. */
public final class Program {
    /** JSON is Ion, too. */
    private static final IonSystem ION = IonSystemBuilder.standard().build();

    private final IonStruct run;
    private final Map<String, QldbDriver> drivers = new HashMap<>();

    private Program(IonStruct run) {
        this.run = run;
    }

    public static void main(String[] arguments) throws IOException {
        new Program((IonStruct) ION.singleValue(Files.readString(Path.of(arguments[0])))).answerAll();
    }

    private void answerAll() throws IOException {
        PrintStream output = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        for (IonValue step : (IonList) run.get("steps")) {
            output.println(json(answer((IonStruct) step)));
        }
        for (QldbDriver driver : drivers.values()) {
            close(driver);
        }
    }

    private IonStruct answer(IonStruct step) {
        try {
            return answerOrThrow(step);
        } catch (Exception error) {
            IonStruct answer = ION.newEmptyStruct();
            answer.put("error", described(error));
            return answer;
        }
    }

    private IonStruct answerOrThrow(IonStruct step) throws Exception {
        String action = text(step, "action");
        if (action.equals("wait")) {
            pass(number(step, "seconds", 0));
            return ION.newEmptyStruct();
        }
        QldbDriver driver = driverOf(step);
        switch (action) {
            case "tableNames":
                return tableNames(driver);
            case "transactions":
                return transactions(driver, step);
            case "stream":
                return stream(driver, (IonStruct) step.get("statement"));
            case "nested":
                return nested(driver, step);
            case "abort":
                driver.execute(transaction -> {
                    rows(transaction, (IonStruct) step.get("statement"));
                    transaction.abort();
                });
                return ION.newEmptyStruct();
            case "expire":
                driver.execute(transaction -> {
                    rows(transaction, (IonStruct) step.get("statement"));
                    pass(number(step, "seconds", 0));
                });
                return ION.newEmptyStruct();
            case "parallel":
                return parallel(driver, step);
            case "close":
                close(driver);
                return ION.newEmptyStruct();
            default:
                throw new IllegalArgumentException("This program knows no action " + action);
        }
    }

    private QldbDriver driverOf(IonStruct step) {
        String through = step.containsKey("through") ? text(step, "through") : "service";
        String ledger = text(step.containsKey("ledger") ? step : run, "ledger");
        int retries = number(step, "retries", 4);
        int sessions = number(step, "sessions", 10);
        return drivers.computeIfAbsent(String.join(",", through, ledger, "" + retries, "" + sessions), key -> {
            String region = text(run, "region");
            return through.equals("functionUrl")
                ? Connect.connectToFunctionUrl(ledger, text(run, through), region, sessions, retries)
                : Connect.connect(ledger, text(run, through), region, sessions, retries);
        });
    }

    private static IonStruct tableNames(QldbDriver driver) {
        List<String> names = new ArrayList<>();
        driver.getTableNames().forEach(names::add);
        return withStrings("names", names);
    }

    private static IonStruct transactions(QldbDriver driver, IonStruct step) {
        List<String> rows = new ArrayList<>();
        for (IonValue statements : (IonList) step.get("transactions")) {
            driver.execute(transaction -> {
                for (IonValue statement : (IonList) statements) {
                    rows.addAll(rows(transaction, (IonStruct) statement));
                }
            });
        }
        return withStrings("rows", rows);
    }

    private static IonStruct stream(QldbDriver driver, IonStruct statement) {
        return driver.execute(transaction -> {
            Result result = transaction.execute(text(statement, "text"));
            IonStruct answer = ION.newEmptyStruct();
            answer.put("readIosOfFirstPage").newInt(result.getConsumedIOs().getReadIOs());
            List<String> rows = textOf(result);
            answer.put("rowCount").newInt(rows.size());
            answer.put("distinctRowCount").newInt(new HashSet<>(rows).size());
            answer.put("readIos").newInt(result.getConsumedIOs().getReadIOs());
            answer.put("processingMillis").newInt(result.getTimingInformation().getProcessingTimeMilliseconds());
            return answer;
        });
    }

    private static IonStruct nested(QldbDriver driver, IonStruct step) {
        int[] attempts = {0};
        IonStruct answer = ION.newEmptyStruct();
        try {
            driver.execute(transaction -> {
                attempts[0]++;
                rows(transaction, (IonStruct) step.get("outer"));
                if (attempts[0] == 1) {
                    driver.execute(other -> {
                        rows(other, (IonStruct) step.get("inner"));
                    });
                }
            });
        } catch (RuntimeException error) {
            answer.put("error", described(error));
        }
        answer.put("attempts").newInt(attempts[0]);
        return answer;
    }

    private static IonStruct parallel(QldbDriver driver, IonStruct step) throws InterruptedException, ExecutionException {
        int workers = number(step, "workers", 1);
        ExecutorService threads = Executors.newFixedThreadPool(workers);
        List<Future<?>> running = new ArrayList<>();
        for (int worker = 0; worker < workers; worker++) {
            // Ion values may be read by one thread only.
            IonStruct statement = (IonStruct) step.get("statement").clone();
            running.add(threads.submit(() -> driver.execute(transaction -> {
                rows(transaction, statement);
            })));
        }
        threads.shutdown();
        for (Future<?> each : running) {
            each.get();
        }
        return ION.newEmptyStruct();
    }

    private static List<String> rows(TransactionExecutor transaction, IonStruct statement) {
        List<IonValue> parameters = new ArrayList<>();
        for (IonValue parameter : (IonList) statement.get("parameters")) {
            parameters.add(ION.singleValue(((IonText) parameter).stringValue()));
        }
        return textOf(transaction.execute(text(statement, "text"), parameters));
    }

    private static List<String> textOf(Result result) {
        List<String> rows = new ArrayList<>();
        for (IonValue row : result) {
            rows.add(row.toString());
        }
        return rows;
    }

    private void pass(int seconds) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(text(run, "control") + "/advance?seconds=" + seconds))
            .POST(HttpRequest.BodyPublishers.noBody())
            .build();
        try {
            HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.discarding());
        } catch (IOException | InterruptedException error) {
            throw new IllegalStateException(error);
        }
    }

    private static void close(QldbDriver driver) {
        try {
            driver.close();
        } catch (Exception error) {
            throw new IllegalStateException(error);
        }
    }

    private static IonStruct described(Exception error) {
        IonStruct description = ION.newEmptyStruct();
        // The driver's own exceptions are service exceptions, too, but without an answer of the service.
        if (error instanceof AwsServiceException refusal && refusal.awsErrorDetails() != null) {
            description.put("origin").newString("service");
            description.put("name").newString(refusal.awsErrorDetails().errorCode());
            description.put("message").newString(refusal.awsErrorDetails().errorMessage());
        } else {
            description.put("origin").newString("driver");
            description.put("name").newString(error.getClass().getSimpleName());
            description.put("message").newString(String.valueOf(error.getMessage()));
        }
        return description;
    }

    private static IonStruct withStrings(String name, List<String> values) {
        IonStruct answer = ION.newEmptyStruct();
        IonList list = answer.put(name).newEmptyList();
        values.forEach(value -> list.add().newString(value));
        return answer;
    }

    private static String text(IonStruct struct, String name) {
        return ((IonText) struct.get(name)).stringValue();
    }

    private static int number(IonStruct struct, String name, int otherwise) {
        return struct.containsKey(name) ? ((IonInt) struct.get(name)).intValue() : otherwise;
    }

    private static String json(IonStruct answer) throws IOException {
        StringBuilder json = new StringBuilder();
        try (IonWriter writer = IonTextWriterBuilder.json().build(json)) {
            answer.writeTo(writer);
        }
        return json.toString();
    }
}
