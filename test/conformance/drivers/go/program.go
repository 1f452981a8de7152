// Runs the scenario with amazon-qldb-driver-go: reads a run's file, prints one line of JSON for each step.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"sync"

	"github.com/aws/smithy-go"
	"github.com/awslabs/amazon-qldb-driver-go/v3/qldbdriver"
)

type statement struct {
	Text       string   `json:"text"`
	Parameters []string `json:"parameters"`
}

type step struct {
	Action       string        `json:"action"`
	Through      string        `json:"through"`
	Ledger       string        `json:"ledger"`
	Retries      *int          `json:"retries"`
	Sessions     int           `json:"sessions"`
	Statement    statement     `json:"statement"`
	Outer        statement     `json:"outer"`
	Inner        statement     `json:"inner"`
	Transactions [][]statement `json:"transactions"`
	Workers      int           `json:"workers"`
	Seconds      int           `json:"seconds"`
}

type scenarioRun struct {
	Service     string `json:"service"`
	FunctionURL string `json:"functionUrl"`
	Proxy       string `json:"proxy"`
	Control     string `json:"control"`
	Region      string `json:"region"`
	Ledger      string `json:"ledger"`
	Steps       []step `json:"steps"`
	drivers     map[string]*qldbdriver.QLDBDriver
}

type answer map[string]any

var background = context.Background()

func (run *scenarioRun) driverOf(step step) (*qldbdriver.QLDBDriver, error) {
	ledger, retries, sessions := step.Ledger, 4, 10
	if ledger == "" {
		ledger = run.Ledger
	}
	if step.Retries != nil {
		retries = *step.Retries
	}
	if step.Sessions != 0 {
		sessions = step.Sessions
	}
	key := fmt.Sprint(step.Through, ledger, retries, sessions)
	if known := run.drivers[key]; known != nil {
		return known, nil
	}
	options := func(options *qldbdriver.DriverOptions) {
		options.MaxConcurrentTransactions = sessions
		options.RetryPolicy.MaxRetryLimit = retries
		options.LoggerVerbosity = qldbdriver.LogOff
	}
	var driver *qldbdriver.QLDBDriver
	var err error
	switch step.Through {
	case "functionUrl":
		driver, err = connectToFunctionURL(ledger, run.FunctionURL, run.Region, options)
	case "proxy":
		driver, err = connect(ledger, run.Proxy, run.Region, options)
	default:
		driver, err = connect(ledger, run.Service, run.Region, options)
	}
	run.drivers[key] = driver
	return driver, err
}

func execute(transaction qldbdriver.Transaction, statement statement) ([]string, error) {
	result, err := result(transaction, statement)
	if err != nil {
		return nil, err
	}
	return rowsOf(transaction, result)
}

func result(transaction qldbdriver.Transaction, statement statement) (qldbdriver.Result, error) {
	parameters := []any{}
	for _, text := range statement.Parameters {
		parameters = append(parameters, ionText(text))
	}
	return transaction.Execute(statement.Text, parameters...)
}

func rowsOf(transaction qldbdriver.Transaction, result qldbdriver.Result) ([]string, error) {
	rows := []string{}
	for result.Next(transaction) {
		text, err := textOf(result.GetCurrentData())
		if err != nil {
			return nil, err
		}
		rows = append(rows, text)
	}
	return rows, result.Err()
}

func transactions(driver *qldbdriver.QLDBDriver, step step) (answer, error) {
	rows := []string{}
	for _, statements := range step.Transactions {
		_, err := driver.Execute(background, func(transaction qldbdriver.Transaction) (any, error) {
			for _, statement := range statements {
				found, err := execute(transaction, statement)
				if err != nil {
					return nil, err
				}
				rows = append(rows, found...)
			}
			return nil, nil
		})
		if err != nil {
			return nil, err
		}
	}
	return answer{"rows": rows}, nil
}

func stream(driver *qldbdriver.QLDBDriver, step step) (answer, error) {
	answered, err := driver.Execute(background, func(transaction qldbdriver.Transaction) (any, error) {
		result, err := result(transaction, step.Statement)
		if err != nil {
			return nil, err
		}
		readIosOfFirstPage := *result.GetConsumedIOs().GetReadIOs()
		rows, err := rowsOf(transaction, result)
		if err != nil {
			return nil, err
		}
		distinct := map[string]bool{}
		for _, row := range rows {
			distinct[row] = true
		}
		return answer{
			"rowCount":           len(rows),
			"distinctRowCount":   len(distinct),
			"readIosOfFirstPage": readIosOfFirstPage,
			"readIos":            *result.GetConsumedIOs().GetReadIOs(),
			"processingMillis":   *result.GetTimingInformation().GetProcessingTimeMilliseconds(),
		}, nil
	})
	if err != nil {
		return nil, err
	}
	return answered.(answer), nil
}

func nested(driver *qldbdriver.QLDBDriver, step step) (answer, error) {
	attempts := 0
	_, err := driver.Execute(background, func(transaction qldbdriver.Transaction) (any, error) {
		attempts++
		if _, err := execute(transaction, step.Outer); err != nil {
			return nil, err
		}
		if attempts > 1 {
			return nil, nil
		}
		return driver.Execute(background, func(other qldbdriver.Transaction) (any, error) {
			return execute(other, step.Inner)
		})
	})
	if err != nil {
		return answer{"attempts": attempts, "error": described(err)}, nil
	}
	return answer{"attempts": attempts}, nil
}

// once executes the statement of the step and then lets the caller decide how the transaction ends.
func once(driver *qldbdriver.QLDBDriver, step step, then func(qldbdriver.Transaction) error) (answer, error) {
	_, err := driver.Execute(background, func(transaction qldbdriver.Transaction) (any, error) {
		if _, err := execute(transaction, step.Statement); err != nil {
			return nil, err
		}
		return nil, then(transaction)
	})
	return answer{}, err
}

func parallel(driver *qldbdriver.QLDBDriver, step step) (answer, error) {
	failures := make([]error, step.Workers)
	var working sync.WaitGroup
	for worker := range failures {
		working.Add(1)
		go func(worker int) {
			defer working.Done()
			_, failures[worker] = once(driver, step, func(qldbdriver.Transaction) error { return nil })
		}(worker)
	}
	working.Wait()
	return answer{}, errors.Join(failures...)
}

func (run *scenarioRun) wait(seconds int) error {
	response, err := http.Post(fmt.Sprintf("%s/advance?seconds=%d", run.Control, seconds), "", nil)
	if err != nil {
		return err
	}
	return response.Body.Close()
}

func (run *scenarioRun) answer(step step) (answer, error) {
	if step.Action == "wait" {
		return answer{}, run.wait(step.Seconds)
	}
	driver, err := run.driverOf(step)
	if err != nil {
		return nil, err
	}
	switch step.Action {
	case "tableNames":
		names, err := driver.GetTableNames(background)
		return answer{"names": names}, err
	case "transactions":
		return transactions(driver, step)
	case "stream":
		return stream(driver, step)
	case "nested":
		return nested(driver, step)
	case "abort":
		return once(driver, step, func(transaction qldbdriver.Transaction) error { return transaction.Abort() })
	case "expire":
		return once(driver, step, func(qldbdriver.Transaction) error { return run.wait(step.Seconds) })
	case "parallel":
		return parallel(driver, step)
	case "close":
		driver.Shutdown(background)
		return answer{}, nil
	default:
		return nil, fmt.Errorf("this program knows no action %q", step.Action)
	}
}

func described(err error) answer {
	var refusal smithy.APIError
	if errors.As(err, &refusal) {
		return answer{"origin": "service", "name": refusal.ErrorCode(), "message": refusal.ErrorMessage()}
	}
	return answer{"origin": "driver", "name": fmt.Sprintf("%T", err), "message": err.Error()}
}

func main() {
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	run := scenarioRun{drivers: map[string]*qldbdriver.QLDBDriver{}}
	if err := json.Unmarshal(text, &run); err != nil {
		panic(err)
	}
	lines := json.NewEncoder(os.Stdout)
	for _, step := range run.Steps {
		answered, err := run.answer(step)
		if err != nil {
			answered = answer{"error": described(err)}
		}
		if err := lines.Encode(answered); err != nil {
			panic(err)
		}
	}
	for _, driver := range run.drivers {
		driver.Shutdown(background)
	}
}
