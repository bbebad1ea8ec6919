import { Button, Modal, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { apiPath } from '../api/client.ts';
import type { Lock } from '../api/coordination-types.ts';
import { plural } from '../ui/format.ts';
import { ErrorNotice } from '../ui/notices.tsx';
import { useServices } from '../ui/services.tsx';

/** Longest text the API takes, in characters. */
const MAX_TEXT = 1_000;

interface Props {
  readonly lock: Lock;
  readonly onClose: () => void;
  /** Called with a sentence when it was broken. */
  readonly onDone: (sentence: string) => void;
}

/** Asks who takes a lock away, and why, before it is done. */
export function BreakDialog({ lock, onClose, onDone }: Props): ReactNode {
  const { client } = useServices();
  const queries = useQueryClient();
  const [by, setBy] = useState('');
  const [reason, setReason] = useState('');
  const { name, kind, holders, waiting } = lock;
  const change = useMutation({
    mutationFn: () =>
      client.post(`${apiPath('locks', name, 'break')}?kind=${kind}`, { by: by.trim(), reason: reason.trim() }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['coordination'] });
      onDone(`The ${kind} ${name} was taken away.`);
      onClose();
    },
  });
  const next =
    waiting.length === 0 ? 'Nobody waits for it.' : `${plural(waiting.length, 'other')} will get it in turn.`;
  return (
    <Modal
      opened
      onClose={onClose}
      lockScroll={false}
      title={`Break ${name}?`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate();
        }}
      >
        <p>
          It is taken away from {plural(holders.length, 'holder')}, who {holders.length === 1 ? 'learns' : 'learn'} it
          as soon as the store can tell, and whose guarded writes are refused from then on. {next}
        </p>
        <TextInput
          label="Who does it"
          required
          maxLength={MAX_TEXT}
          data-autofocus
          value={by}
          onChange={(event) => setBy(event.currentTarget.value)}
        />
        <TextInput
          label="Why"
          required
          maxLength={MAX_TEXT}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {change.error !== null && <ErrorNotice what="It was not broken" error={change.error} />}
        <div className="dialog-actions">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" color="red" loading={change.isPending}>
            Break {name}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
