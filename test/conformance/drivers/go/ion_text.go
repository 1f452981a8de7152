package main

import (
	"bytes"

	"github.com/amzn/ion-go/ion"
)

// ionText is a value as Ion text. As a parameter it is written with the type, the precision and the annotations that Go's own types would lose.
type ionText string

// MarshalIon implements ion.Marshaler.
func (text ionText) MarshalIon(writer ion.Writer) error {
	return copyValues(ion.NewReaderString(string(text)), writer)
}

// textOf reads the binary Ion that the driver hands out.
func textOf(binary []byte) (string, error) {
	var text bytes.Buffer
	writer := ion.NewTextWriter(&text)
	if err := copyValues(ion.NewReaderBytes(binary), writer); err != nil {
		return "", err
	}
	return text.String(), writer.Finish()
}

func copyValues(reader ion.Reader, writer ion.Writer) error {
	for reader.Next() {
		if err := copyValue(reader, writer); err != nil {
			return err
		}
	}
	return reader.Err()
}

func copyValue(reader ion.Reader, writer ion.Writer) error {
	if reader.IsInStruct() {
		name, err := reader.FieldName()
		if err != nil {
			return err
		}
		if err := writer.FieldName(*name); err != nil {
			return err
		}
	}
	annotations, err := reader.Annotations()
	if err != nil {
		return err
	}
	if err := writer.Annotations(annotations...); err != nil {
		return err
	}
	if reader.IsNull() {
		return writer.WriteNullType(reader.Type())
	}
	switch reader.Type() {
	case ion.BoolType:
		return write(reader.BoolValue, func(value *bool) error { return writer.WriteBool(*value) })
	case ion.IntType:
		return write(reader.BigIntValue, writer.WriteBigInt)
	case ion.FloatType:
		return write(reader.FloatValue, func(value *float64) error { return writer.WriteFloat(*value) })
	case ion.DecimalType:
		return write(reader.DecimalValue, writer.WriteDecimal)
	case ion.TimestampType:
		return write(reader.TimestampValue, func(value *ion.Timestamp) error { return writer.WriteTimestamp(*value) })
	case ion.SymbolType:
		return write(reader.SymbolValue, func(value *ion.SymbolToken) error { return writer.WriteSymbol(*value) })
	case ion.StringType:
		return write(reader.StringValue, func(value *string) error { return writer.WriteString(*value) })
	case ion.ClobType:
		return write(reader.ByteValue, writer.WriteClob)
	case ion.BlobType:
		return write(reader.ByteValue, writer.WriteBlob)
	case ion.ListType:
		return copyContainer(reader, writer, writer.BeginList, writer.EndList)
	case ion.SexpType:
		return copyContainer(reader, writer, writer.BeginSexp, writer.EndSexp)
	default:
		return copyContainer(reader, writer, writer.BeginStruct, writer.EndStruct)
	}
}

func write[T any](read func() (T, error), write func(T) error) error {
	value, err := read()
	if err != nil {
		return err
	}
	return write(value)
}

func copyContainer(reader ion.Reader, writer ion.Writer, begin, end func() error) error {
	if err := reader.StepIn(); err != nil {
		return err
	}
	if err := begin(); err != nil {
		return err
	}
	if err := copyValues(reader, writer); err != nil {
		return err
	}
	if err := reader.StepOut(); err != nil {
		return err
	}
	return end()
}
