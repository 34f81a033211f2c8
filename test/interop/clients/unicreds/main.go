// Answers requests with unicreds: see ../../clients.ts.
package main

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"strconv"

	"github.com/aws/aws-sdk-go/aws"
	"github.com/versent/unicreds"
)

type request struct {
	Name    string
	Value   *string
	Version string
	Next    bool
	Digest  string
	Context map[string]string
}

type answer struct {
	Value *string `json:"value,omitempty"`
	Error string  `json:"error,omitempty"`
	Lacks string  `json:"lacks,omitempty"`
}

var table = aws.String(os.Getenv("CREDSTASH_TABLE"))

func main() {
	config := aws.NewConfig().WithEndpoint(os.Getenv("AWS_ENDPOINT_URL"))
	unicreds.SetDynamoDBConfig(config)
	unicreds.SetKMSConfig(config)

	var requests []request
	check(json.NewDecoder(os.Stdin).Decode(&requests))
	answers := []answer{}
	for _, each := range requests {
		answers = append(answers, attempt(each))
	}
	check(json.NewEncoder(os.Stdout).Encode(answers))
}

func attempt(each request) answer {
	version := ""
	if each.Version != "" {
		number, err := strconv.Atoi(each.Version)
		if err != nil {
			return answer{Lacks: "Its versions are numbers."}
		}
		version = unicreds.PaddedInt(number)
	}
	if each.Digest != "" {
		return answer{Lacks: "It always writes SHA-256, without saying so."}
	}
	context := unicreds.NewEncryptionContextValue()
	for key, value := range each.Context {
		(*context)[key] = aws.String(value)
	}

	if each.Value == nil {
		return get(each.Name, version, context)
	}
	return put(each, version, context)
}

func get(name, version string, context *unicreds.EncryptionContextValue) answer {
	var credential *unicreds.DecryptedCredential
	var err error
	if version == "" {
		credential, err = unicreds.GetHighestVersionSecret(table, name, context)
	} else {
		credential, err = unicreds.GetSecret(table, name, version, context)
	}
	if err != nil {
		return answer{Error: err.Error()}
	}
	value := hex.EncodeToString([]byte(credential.Secret))
	return answer{Value: &value}
}

func put(each request, version string, context *unicreds.EncryptionContextValue) answer {
	value, err := hex.DecodeString(*each.Value)
	check(err)
	if each.Next {
		version, err = unicreds.ResolveVersion(table, each.Name, 0)
	}
	if err == nil {
		err = unicreds.PutSecret(table, "", each.Name, string(value), version, context)
	}
	if err != nil {
		return answer{Error: err.Error()}
	}
	return answer{}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
