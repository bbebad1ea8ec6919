/**
 * Resolves once every promise chain that can go on by itself has done so. Promise reactions all run before the platform turns to
 * its next task, so one turn is enough and nothing here depends on how fast the machine is. Real input and output is not waited for.
 */
export function settlePromises(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') {
      setImmediate(resolve);
      return;
    }
    const channel = new MessageChannel();
    channel.port1.addEventListener('message', () => {
      channel.port1.close();
      resolve();
    });
    channel.port1.start();
    channel.port2.postMessage(0);
  });
}
