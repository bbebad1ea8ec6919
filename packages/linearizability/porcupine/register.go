package main

import (
	"syscall"
	"time"

	"github.com/anishathalye/porcupine"
)

// What a register is asked, and answers, without any JSON: nothing but the checker is to be timed.
type registerInput struct {
	op              byte
	value, expected int
}

type registerOutput struct {
	value   int
	swapped bool
}

// none is what an empty register holds.
const none = -1

var registerModel = porcupine.Model{
	Init: func() any { return none },
	Step: func(state, input, output any) (bool, any) {
		asked, told := input.(registerInput), output.(registerOutput)
		switch asked.op {
		case 'r':
			return told.value == state.(int), state
		case 'w':
			return true, asked.value
		default:
			swaps := state.(int) == asked.expected
			if swaps {
				return told.swapped, asked.value
			}
			return !told.swapped, state
		}
	},
	Hash: func(state any) uint64 { return uint64(state.(int)) },
}

func timeRegister(history []operation) (porcupine.CheckResult, float64) {
	operations := make([]porcupine.Operation, 0, len(history))
	for _, one := range history {
		input, output := parse(one.Input), parse(one.Output)
		swapped, _ := output["swapped"].(bool)
		operations = append(operations, porcupine.Operation{
			ClientId: one.Client, Call: one.InvokedAt, Return: one.ReturnedAt,
			Input:  registerInput{input["op"].(string)[0], number(input["value"]), number(input["expected"])},
			Output: registerOutput{number(output["value"]), swapped},
		})
	}
	before := cpuSeconds()
	verdict := porcupine.CheckOperationsTimeout(registerModel, operations, 5*time.Minute)
	return verdict, cpuSeconds() - before
}

func number(value any) int {
	if held, there := value.(float64); there {
		return int(held)
	}
	return none
}

func cpuSeconds() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
}
