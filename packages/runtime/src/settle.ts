/** Most steps planned at once. The platform's turn costs more than a small step, so one turn serves many. */
const MOST_PLANNED = 256;

/**
 * Calls `step` again and again until it gives `false`. Before each call every promise chain that can go on by itself has done so: promise
 * reactions all run before the platform turns to its next task, so nothing here depends on how fast the machine is. Real input and
 * output is not waited for. Rejects with what `step` throws.
 */
export function stepBetweenTurns(step: () => boolean): Promise<void> {
  return typeof setImmediate === 'function' ? stepByImmediates(step) : stepByMessages(step);
}

/** Node runs promise reactions between any two immediates, also between those of one turn of its loop. */
function stepByImmediates(step: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    let planned = 0;
    let batch = 1;
    let over = false;
    const turn = (): void => {
      planned -= 1;
      if (over) return;
      try {
        over = !step();
      } catch (error) {
        over = true;
        reject(error);
        return;
      }
      if (over) resolve();
      else if (planned === 0) plan();
    };
    const plan = (): void => {
      planned = batch;
      for (let count = 0; count < planned; count += 1) setImmediate(turn);
      batch = Math.min(2 * batch, MOST_PLANNED);
    };
    plan();
  });
}

function stepByMessages(step: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const { port1, port2 } = new MessageChannel();
    const end = (settle: () => void): void => {
      port1.close();
      settle();
    };
    port1.addEventListener('message', () => {
      try {
        if (step()) port2.postMessage(0);
        else end(resolve);
      } catch (error) {
        end(() => reject(error));
      }
    });
    port1.start();
    port2.postMessage(0);
  });
}
