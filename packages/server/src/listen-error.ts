import { KeelsonError } from '@keelson/runtime';

/** What a failure to listen means to whoever chose host and port; `flag` names the option of the port. Other errors are given back as they are. */
export function listenError(error: unknown, host: string, port: number, flag: string): unknown {
  const code = (error as { code?: unknown }).code;
  if (code === 'EADDRINUSE' || code === 'E_ADDRESS_IN_USE')
    return new KeelsonError(
      'E_ADDRESS_IN_USE',
      `Another process listens on port ${port} of ${host}. End it, or choose another port with ${flag} (0: any free one).`,
      { cause: error },
    );
  if (code === 'EACCES')
    return new KeelsonError(
      'E_INVALID_ARGUMENT',
      `This user may not listen on port ${port}. Choose one from 1024 with ${flag}.`,
      { cause: error },
    );
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return new KeelsonError(
      'E_INVALID_ARGUMENT',
      `This machine has no address ${host}. Give one of its own with --host.`,
      { cause: error },
    );
  return error;
}
