package keelson.bench;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.retry.RetryOneTime;

/**
 * Contention for one lock by Curator's InterProcessMutex: Contention CONNECT_STRING CONTENDERS ROUNDS. A thread for each contender, as the recipe
 * demands, over one client. Prints what bench/locks/contention.mjs says.
 */
public final class Contention {
    private static final long BEGUN = System.nanoTime();

    private Contention() {}

    public static void main(String[] args) throws Exception {
        int contenders = Integer.parseInt(args[1]);
        int rounds = Integer.parseInt(args[2]);
        try (CuratorFramework client = CuratorFrameworkFactory.newClient(args[0], 30_000, 15_000, new RetryOneTime(100))) {
            client.start();
            client.blockUntilConnected();
            System.out.println("ready");
            System.in.read();
            long cpu = cpuNanos();
            List<String> holds = contend(client, contenders, rounds);
            long micros = (cpuNanos() - cpu) / 1_000;
            System.out.printf("{\"holds\":[%s],\"cpuMicroseconds\":%d}%n", String.join(",", holds), micros);
        }
    }

    /** When each holder asked, when it had the lock, and when it began to give it back, in milliseconds. */
    private static List<String> contend(CuratorFramework client, int contenders, int rounds) throws InterruptedException {
        List<String> holds = Collections.synchronizedList(new ArrayList<>());
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < contenders; i++) threads.add(new Thread(() -> {
            InterProcessMutex mutex = new InterProcessMutex(client, "/bench-lock");
            try {
                for (int round = 0; round < rounds; round++) {
                    double asked = nowMs();
                    mutex.acquire();
                    double acquired = nowMs();
                    double released = nowMs();
                    mutex.release();
                    holds.add("[" + asked + "," + acquired + "," + released + "]");
                }
            } catch (Exception error) {
                failures.add(error);
            }
        }));
        threads.forEach(Thread::start);
        for (Thread thread : threads) thread.join();
        if (!failures.isEmpty())
            throw new IllegalStateException(failures.stream().map(String::valueOf).collect(Collectors.joining("; ")));
        return holds;
    }

    private static double nowMs() {
        return (System.nanoTime() - BEGUN) / 1e6;
    }

    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
            .getProcessCpuTime();
    }
}
