import { Button, Skeleton } from '@mantine/core';
import type { ReactNode } from 'react';
import { ApiError, errorText } from '../api/api-error.ts';

/** A failure with what the server said about it, and a way to try again. */
export function ErrorNotice({
  error,
  what,
  onRetry,
}: {
  readonly error: unknown;
  /** What failed: "The instances could not be read". */
  readonly what: string;
  readonly onRetry?: () => void;
}): ReactNode {
  return (
    <div className="notice bad" role="alert">
      <div>
        <strong>{what}.</strong> {errorText(error)}
        {error instanceof ApiError && error.status > 0 && <code className="code">{error.code}</code>}
      </div>
      {onRetry !== undefined && (
        <Button size="compact-sm" variant="default" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

/** What to do when there is nothing to show. */
export function EmptyNotice({
  title,
  children,
  command,
}: {
  readonly title: string;
  readonly children?: ReactNode;
  /** A line to type in a shell. */
  readonly command?: string;
}): ReactNode {
  return (
    <div className="empty">
      <h2>{title}</h2>
      {children !== undefined && <p>{children}</p>}
      {command !== undefined && (
        <pre>
          <code>{command}</code>
        </pre>
      )}
    </div>
  );
}

/** Grey lines in place of a list that is being read. */
export function LoadingLines({ lines = 4, label }: { readonly lines?: number; readonly label: string }): ReactNode {
  return (
    <div className="loading" role="status" aria-label={label}>
      {Array.from({ length: lines }, (_, line) => line).map((line) => (
        <Skeleton key={`line ${line}`} height={14} radius="sm" width={`${92 - (line % 3) * 14}%`} />
      ))}
    </div>
  );
}
