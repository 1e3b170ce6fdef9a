// Prints JSON schemas of the kinds that the charts render for other operators, derived from those operators' own Go
// types: file name -> schema. They refuse unknown fields and wrong types; what must be there the types do not say.
package main

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
)

type schema = map[string]any

// By the name that kubeconform looks for: KIND-GROUP-VERSION.
var kinds = map[string]any{
	"certificate-cert-manager-v1":  certmanager.Certificate{},
	"issuer-cert-manager-v1":       certmanager.Issuer{},
	"podmonitor-monitoring-v1":     monitoring.PodMonitor{},
	"servicemonitor-monitoring-v1": monitoring.ServiceMonitor{},
	"prometheusrule-monitoring-v1": monitoring.PrometheusRule{},
}

func main() {
	schemas := map[string]schema{}
	for name, kind := range kinds {
		definitions := map[string]any{}
		root := of(reflect.TypeOf(kind), definitions)
		root["definitions"] = definitions
		schemas[name+".json"] = root
	}
	if err := json.NewEncoder(os.Stdout).Encode(schemas); err != nil {
		panic(err)
	}
}

// The schema of a type. Structs go to definitions: some contain themselves.
func of(t reflect.Type, definitions map[string]any) schema {
	if t.Kind() == reflect.Pointer {
		return of(t.Elem(), definitions)
	}
	if text := reflect.PointerTo(t); t.Kind() == reflect.Struct &&
		text.Implements(reflect.TypeFor[json.Unmarshaler]()) {
		// Quantities, durations, times, ports: a text or a number. Anything else of the kind stays open.
		return open(t)
	}
	switch t.Kind() {
	case reflect.Struct:
		name := strings.ReplaceAll(t.PkgPath()+"."+t.Name(), "/", ".")
		if _, known := definitions[name]; !known {
			definitions[name] = nil
			properties := schema{}
			fields(t, properties, definitions)
			definitions[name] = schema{"type": "object", "additionalProperties": false, "properties": properties}
		}
		return schema{"$ref": "#/definitions/" + name}
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			return schema{"type": "string"}
		}
		return schema{"type": "array", "items": of(t.Elem(), definitions)}
	case reflect.Map:
		return schema{"type": "object", "additionalProperties": of(t.Elem(), definitions)}
	case reflect.String:
		return schema{"type": "string"}
	case reflect.Bool:
		return schema{"type": "boolean"}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return schema{"type": "integer"}
	case reflect.Float32, reflect.Float64:
		return schema{"type": "number"}
	default:
		return schema{}
	}
}

// What has a form of its own in JSON.
func open(t reflect.Type) schema {
	switch t.Name() {
	case "Quantity", "IntOrString":
		return schema{"type": []string{"string", "number"}}
	case "Duration", "Time", "MicroTime":
		return schema{"type": []string{"string", "null"}}
	default:
		return schema{}
	}
}

// Adds the fields of a struct, those of embedded ones included, as JSON names them.
func fields(t reflect.Type, properties schema, definitions map[string]any) {
	for i := range t.NumField() {
		field := t.Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "-" || !field.IsExported() {
			continue
		}
		embedded := field.Type
		if embedded.Kind() == reflect.Pointer {
			embedded = embedded.Elem()
		}
		if name == "" && (field.Anonymous || strings.Contains(options, "inline")) && embedded.Kind() == reflect.Struct {
			fields(embedded, properties, definitions)
			continue
		}
		if name == "" {
			name = field.Name
		}
		properties[name] = of(field.Type, definitions)
	}
}
