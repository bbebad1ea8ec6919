import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooKeeper;

/** The load of load.mjs by ZooKeeper's own Java client, asynchronously, told what to do as load-program.mjs says: java Load CONNECT_STRING. */
public final class Load {
    private static final String PATH = "/bench";
    private static final byte[] VALUE = new byte[256];

    private final ZooKeeper client;
    private final AtomicLong operations = new AtomicLong();
    private volatile boolean writes;
    private volatile long untilNanos;

    private Load(ZooKeeper client) {
        this.client = client;
    }

    public static void main(String[] args) throws Exception {
        CountDownLatch connected = new CountDownLatch(1);
        ZooKeeper client = new ZooKeeper(args[0], 10_000, event -> {
            if (event.getState() == KeeperState.SyncConnected) connected.countDown();
        });
        connected.await();
        Load load = new Load(client);
        System.out.println("ready");
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in));
        for (String line = requests.readLine(); line != null; line = requests.readLine()) {
            String[] words = line.split(" ");
            load.serve(words[0].equals("set"), Integer.parseInt(words[1]), Long.parseLong(words[2]));
        }
        client.close();
    }

    private void serve(boolean writing, int inFlight, long millis) throws InterruptedException {
        writes = writing;
        long cpu = cpuNanos();
        long begun = System.nanoTime();
        long done = run(inFlight, millis);
        double seconds = (System.nanoTime() - begun) / 1e9;
        long micros = (cpuNanos() - cpu) / 1_000;
        System.out.printf("{\"operations\":%d,\"seconds\":%.3f,\"cpuMicroseconds\":%d}%n", done, seconds, micros);
    }

    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
            .getProcessCpuTime();
    }

    private long run(int inFlight, long millis) throws InterruptedException {
        operations.set(0);
        untilNanos = System.nanoTime() + millis * 1_000_000;
        CountDownLatch done = new CountDownLatch(inFlight);
        AtomicInteger failures = new AtomicInteger();
        for (int i = 0; i < inFlight; i++) next(done, failures);
        done.await();
        if (failures.get() > 0) throw new IllegalStateException(failures + " operations failed");
        return operations.get();
    }

    private void next(CountDownLatch done, AtomicInteger failures) {
        if (System.nanoTime() >= untilNanos) {
            done.countDown();
            return;
        }
        if (writes) client.setData(PATH, VALUE, -1, (code, path, context, stat) -> answered(code, done, failures), null);
        else client.getData(PATH, false, (code, path, context, data, stat) -> answered(code, done, failures), null);
    }

    private void answered(int code, CountDownLatch done, AtomicInteger failures) {
        if (code != 0) failures.incrementAndGet();
        operations.incrementAndGet();
        next(done, failures);
    }
}
