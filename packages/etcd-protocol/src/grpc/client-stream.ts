import { KeelsonError } from '@keelson/runtime';
import type { Init } from '../wire/message.ts';
import type { ClientCall } from './client-call.ts';
import type { Method } from './method.ts';

/** What the opener of a stream is told. Nothing is called after `onEnd`, nor before `stream` has returned. */
export interface StreamHandlers<Response> {
  onMessage(message: Response): void;
  /** Undefined: the server ended with status OK. Else a `GrpcError`, or the opener's own abort. */
  onEnd(error: Error | undefined): void;
}

/** The client's side of a streaming call. */
export interface ClientStream<Request> {
  /**
   * Sends a message. False: the connection is behind; wait for `drained` before the next, or memory grows with what is sent.
   * Messages sent after the end are dropped: `onEnd` has said so.
   */
  send(message: Init<Request>): boolean;
  /** Resolves when all that was sent has been handed to the network; rejects with `E_CLOSED` where the call ends before. */
  drained(): Promise<void>;
  /** No more messages will be sent; the server may still send. */
  end(): void;
  /** Stops reading; the server is held back once its window is used up. */
  pause(): void;
  resume(): void;
  /** Gives the call up; `onEnd` gets `E_ABORTED` with `reason` as cause. Does nothing after the end. */
  cancel(reason?: unknown): void;
}

/** Wraps a call in the interface of its method. */
export function clientStream<Request, Response>(
  method: Method<Request, Response>,
  call: ClientCall,
): ClientStream<Request> {
  const { stream } = call;
  const open = (): boolean => !call.ended && !stream.destroyed && !stream.writableEnded;
  return {
    send: (message) => !open() || stream.write(method.request.encodeFrame(message)),
    drained: () => drained(call),
    end: () => {
      if (open()) stream.end();
    },
    pause: () => {
      stream.pause();
    },
    resume: () => {
      stream.resume();
    },
    cancel: (reason) =>
      call.cancel(new KeelsonError('E_ABORTED', 'The call was ended by its caller.', { cause: reason })),
  };
}

function drained({ stream, ended }: ClientCall): Promise<void> {
  if (ended) return Promise.reject(new KeelsonError('E_CLOSED', 'The call has ended.'));
  if (!stream.writableNeedDrain) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const onDrain = (): void => settle(resolve);
    const onClose = (): void => settle(() => reject(new KeelsonError('E_CLOSED', 'The call has ended.')));
    const settle = (then: () => void): void => {
      stream.off('drain', onDrain);
      stream.off('close', onClose);
      then();
    };
    stream.on('drain', onDrain);
    stream.on('close', onClose);
    if (stream.closed) onClose();
  });
}
