// Reads histories, one a line, and prints Porcupine's verdict on each: L linearizable, N not, ? not decided within a minute.
// With -cpu it judges register histories alone, by a model as quick as Porcupine's own examples, and prints the seconds of CPU behind the verdict.
// The models are written on their own, after the documentation of the specifications, so that the two judge each other.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"sort"
	"time"

	"github.com/anishathalye/porcupine"
)

type operation struct {
	Client     int             `json:"client"`
	Input      json.RawMessage `json:"input"`
	Output     json.RawMessage `json:"output"`
	InvokedAt  int64           `json:"invokedAt"`
	ReturnedAt int64           `json:"returnedAt"`
	EndedAt    *int64          `json:"endedAt"`
	Outcome    string          `json:"outcome"`
}

type line struct {
	Kind    string      `json:"kind"`
	History []operation `json:"history"`
}

// object is a model of one kind: its first state and what comes of a step. A nil output is one that nobody saw.
type object struct {
	initial any
	step    func(state any, input, output map[string]any) []any
	key     func(input map[string]any) string
}

type call struct {
	input map[string]any
	// unknown: it may have happened or not.
	unknown bool
}

func main() {
	scanner := bufio.NewScanner(os.Stdin)
	scanner.Buffer(make([]byte, 1<<20), 1<<26)
	for scanner.Scan() {
		var one line
		if err := json.Unmarshal(scanner.Bytes(), &one); err != nil {
			panic(err)
		}
		letter := map[porcupine.CheckResult]string{porcupine.Ok: "L", porcupine.Illegal: "N", porcupine.Unknown: "?"}
		if len(os.Args) > 1 && os.Args[1] == "-cpu" {
			verdict, seconds := timeRegister(one.History)
			fmt.Println(letter[verdict], seconds)
		} else {
			fmt.Println(letter[judge(objects[one.Kind], one.History)])
		}
	}
	if err := scanner.Err(); err != nil {
		panic(err)
	}
}

func judge(what object, history []operation) porcupine.CheckResult {
	operations := make([]porcupine.Operation, 0, len(history))
	for _, one := range history {
		end := int64(math.MaxInt64)
		unknown := one.Outcome == "unknown"
		if !unknown {
			end = one.ReturnedAt
		} else if one.EndedAt != nil {
			end = *one.EndedAt
		}
		operations = append(operations, porcupine.Operation{
			ClientId: one.Client, Call: one.InvokedAt, Return: end,
			Input: call{parse(one.Input), unknown}, Output: parse(one.Output),
		})
	}
	model := porcupine.NondeterministicModel{
		Partition: func(all []porcupine.Operation) [][]porcupine.Operation { return partition(what, all) },
		Init:      func() []any { return []any{what.initial} },
		Step: func(state, input, output any) []any {
			asked := input.(call)
			next := what.step(state, asked.input, output.(map[string]any))
			if asked.unknown {
				next = append(next, state)
			}
			return next
		},
	}
	return porcupine.CheckOperationsTimeout(model.ToModel(), operations, time.Minute)
}

func partition(what object, all []porcupine.Operation) [][]porcupine.Operation {
	byKey := map[string][]porcupine.Operation{}
	for _, one := range all {
		key := what.key(one.Input.(call).input)
		byKey[key] = append(byKey[key], one)
	}
	parts := make([][]porcupine.Operation, 0, len(byKey))
	for _, part := range byKey {
		parts = append(parts, part)
	}
	return parts
}

func parse(text json.RawMessage) map[string]any {
	if len(text) == 0 {
		return nil
	}
	var value map[string]any
	if err := json.Unmarshal(text, &value); err != nil {
		panic(err)
	}
	return value
}

var objects = map[string]object{
	"register": {
		initial: nil,
		key:     func(input map[string]any) string { return input["key"].(string) },
		step: func(state any, input, output map[string]any) []any {
			switch input["op"] {
			case "read":
				return when(output == nil || output["value"] == state, state)
			case "write":
				return []any{input["value"]}
			default:
				swaps := state == input["expected"]
				if output != nil && output["swapped"] != swaps {
					return nil
				}
				return []any{choose(swaps, input["value"], state)}
			}
		},
	},
	"map":           {initial: "", key: whole, step: func(s any, in, out map[string]any) []any { return stepMap(s, in, out, false) }},
	"map-revisions": {initial: "", key: whole, step: func(s any, in, out map[string]any) []any { return stepMap(s, in, out, true) }},
	"lock": {
		initial: lock{}, key: lockName,
		step: func(state any, input, output map[string]any) []any { return stepLock(state.(lock), input, output) },
	},
	"lock-expires": {
		initial: lock{}, key: lockName,
		step: func(state any, input, output map[string]any) []any {
			before := state.(lock)
			next := stepLock(before, input, output)
			before.holder, before.token, before.seen = "", 0, false
			return append(next, stepLock(before, input, output)...)
		},
	},
}

func whole(map[string]any) string          { return "" }
func lockName(input map[string]any) string { return input["lock"].(string) }
func when(holds bool, state any) []any {
	if holds {
		return []any{state}
	}
	return nil
}
func choose(first bool, a, b any) any {
	if first {
		return a
	}
	return b
}

// A map is kept as JSON, so that states compare.
type entry struct {
	Key     string  `json:"k"`
	Value   any     `json:"v"`
	Version float64 `json:"n"`
	Created float64 `json:"c"`
	Changed float64 `json:"m"`
}

type keys struct {
	Revision float64 `json:"r"`
	Entries  []entry `json:"e"`
}

func (all keys) find(key any) *entry {
	for index := range all.Entries {
		if all.Entries[index].Key == key {
			return &all.Entries[index]
		}
	}
	return nil
}

func stepMap(state any, input, output map[string]any, counts bool) []any {
	before := keys{Revision: 1}
	if state != "" {
		if err := json.Unmarshal([]byte(state.(string)), &before); err != nil {
			panic(err)
		}
	}
	after := keys{Revision: before.Revision, Entries: append([]entry{}, before.Entries...)}
	actions, succeeded := []any{input}, true
	if input["op"] == "txn" {
		for _, one := range input["compare"].([]any) {
			succeeded = succeeded && compares(before, one.(map[string]any))
		}
		actions, _ = input["then"].([]any)
		if !succeeded {
			actions, _ = input["else"].([]any)
		}
	}
	results := make([]map[string]any, 0, len(actions))
	changed := false
	for _, action := range actions {
		results = append(results, act(&after, action.(map[string]any), before.Revision+1, &changed))
	}
	if changed {
		after.Revision++
	}
	if output != nil && !answers(input, output, results, succeeded, after.Revision, counts) {
		return nil
	}
	sort.Slice(after.Entries, func(a, b int) bool { return after.Entries[a].Key < after.Entries[b].Key })
	text, err := json.Marshal(after)
	if err != nil {
		panic(err)
	}
	return []any{string(text)}
}

func compares(all keys, one map[string]any) bool {
	found := all.find(one["key"])
	if version, asked := one["version"]; asked {
		actual := 0.0
		if found != nil {
			actual = found.Version
		}
		if version != actual {
			return false
		}
	}
	if value, asked := one["value"]; asked && (found == nil || found.Value != value) {
		return false
	}
	return true
}

func act(all *keys, action map[string]any, revision float64, changed *bool) map[string]any {
	found := all.find(action["key"])
	switch action["op"] {
	case "get":
		if found == nil {
			return map[string]any{"value": nil}
		}
		return map[string]any{"value": found.Value, "version": found.Version, "createRevision": found.Created, "modRevision": found.Changed}
	case "delete":
		if found == nil {
			return map[string]any{"deleted": false}
		}
		*changed = true
		kept := all.Entries[:0:0]
		for _, one := range all.Entries {
			if one.Key != found.Key {
				kept = append(kept, one)
			}
		}
		all.Entries = kept
		return map[string]any{"deleted": true}
	default:
		*changed = true
		if found == nil {
			all.Entries = append(all.Entries, entry{action["key"].(string), action["value"], 1, revision, revision})
		} else {
			found.Value, found.Version, found.Changed = action["value"], found.Version+1, revision
		}
		return map[string]any{}
	}
}

func answers(input, output map[string]any, results []map[string]any, succeeded bool, revision float64, counts bool) bool {
	if counts && output["revision"] != revision {
		return false
	}
	if input["op"] != "txn" {
		return agrees(output, results[0], counts)
	}
	told, _ := output["results"].([]any)
	if output["succeeded"] != succeeded || len(told) != len(results) {
		return false
	}
	for index, one := range told {
		if !agrees(one.(map[string]any), results[index], counts) {
			return false
		}
	}
	return true
}

func agrees(told, answer map[string]any, counts bool) bool {
	names := []string{"value", "version", "deleted"}
	if counts {
		names = append(names, "createRevision", "modRevision")
	}
	for _, name := range names {
		if value, there := told[name]; there && value != answer[name] {
			return false
		}
	}
	return true
}

type lock struct {
	holder string
	token  float64
	seen   bool
	last   float64
	fence  float64
}

func stepLock(state lock, input, output map[string]any) []any {
	switch input["op"] {
	case "acquire":
		return acquire(state, input, output)
	case "release":
		return release(state, input, output)
	case "holder":
		holder := choose(state.holder == "", nil, state.holder)
		return when(output == nil || output["holder"] == holder, state)
	default:
		token := input["token"].(float64)
		accepted := token >= state.fence
		if output != nil && output["accepted"] != accepted {
			return nil
		}
		if accepted {
			state.fence = token
		}
		return []any{state}
	}
}

func acquire(state lock, input, output map[string]any) []any {
	free := state.holder == ""
	if output == nil {
		if free {
			state.holder, state.token, state.seen = input["owner"].(string), 0, false
		}
		return []any{state}
	}
	if output["acquired"] == false {
		return when(!free, state)
	}
	token := output["token"].(float64)
	if !free || token <= state.last {
		return nil
	}
	state.holder, state.token, state.seen, state.last = input["owner"].(string), token, true, token
	return []any{state}
}

func release(state lock, input, output map[string]any) []any {
	token := input["token"].(float64)
	owns := state.holder == input["owner"]
	surely := owns && state.seen && state.token == token
	maybe := owns && !state.seen && token > state.last
	next := []any{}
	if (surely || maybe) && (output == nil || output["released"] == true) {
		freed := state
		freed.holder, freed.token, freed.seen = "", 0, false
		freed.last = math.Max(freed.last, token)
		next = append(next, freed)
	}
	if !surely && (output == nil || output["released"] == false) {
		next = append(next, state)
	}
	return next
}
