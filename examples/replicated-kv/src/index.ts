export {
  type Example,
  type ExampleEvent,
  type LaunchOptions,
  launchExample,
  type RunningWorker,
} from './launch.ts';
export { type Declaration, exampleDeclaration, prepareCluster } from './prepare.ts';
export { startWorker, type Worker, type WorkerOptions } from './worker.ts';
