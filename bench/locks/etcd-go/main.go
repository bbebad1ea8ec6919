// Contention for one lock by etcd's own Go client: main ENDPOINT CONTENDERS ROUNDS. Every contender has a session of its own, as the recipe
// demands, over one client. Prints what bench/locks/contention.mjs says.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strconv"
	"sync"
	"syscall"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/client/v3/concurrency"
)

var begun = time.Now()

func nowMs() float64 { return float64(time.Since(begun).Nanoseconds()) / 1e6 }

func main() {
	contenders, rounds := number(os.Args[2]), number(os.Args[3])
	client, err := clientv3.New(clientv3.Config{Endpoints: []string{os.Args[1]}})
	check(err)
	sessions := make([]*concurrency.Session, contenders)
	for i := range sessions {
		sessions[i], err = concurrency.NewSession(client, concurrency.WithTTL(30))
		check(err)
	}
	fmt.Println("ready")
	fmt.Scanln()
	cpu := cpuMicroseconds()
	holds := contend(sessions, rounds)
	answer := map[string]any{"holds": holds, "cpuMicroseconds": cpuMicroseconds() - cpu}
	check(json.NewEncoder(os.Stdout).Encode(answer))
	for _, session := range sessions {
		check(session.Close())
	}
	check(client.Close())
}

// When each holder asked, when it had the lock, and when it began to give it back, in milliseconds.
func contend(sessions []*concurrency.Session, rounds int) [][3]float64 {
	var guard sync.Mutex
	var all sync.WaitGroup
	holds := make([][3]float64, 0, len(sessions)*rounds)
	for _, session := range sessions {
		all.Add(1)
		go func() {
			defer all.Done()
			mutex := concurrency.NewMutex(session, "/bench-lock")
			for range rounds {
				asked := nowMs()
				check(mutex.Lock(context.Background()))
				acquired := nowMs()
				released := nowMs()
				check(mutex.Unlock(context.Background()))
				guard.Lock()
				holds = append(holds, [3]float64{asked, acquired, released})
				guard.Unlock()
			}
		}()
	}
	all.Wait()
	return holds
}

func cpuMicroseconds() int64 {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return usage.Utime.Nano()/1_000 + usage.Stime.Nano()/1_000
}

func number(text string) int {
	value, err := strconv.Atoi(text)
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
