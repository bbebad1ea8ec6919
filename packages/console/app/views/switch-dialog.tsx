import { Button, Modal, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { ApiError, isVersionConflict } from '../api/api-error.ts';
import { apiPath, type Tagged } from '../api/client.ts';
import { useTaggedInstance } from '../api/queries.ts';
import type { Instance } from '../api/types.ts';
import { useLiveCluster } from '../live/live-context.tsx';
import { plural } from '../ui/format.ts';
import { ErrorNotice, LoadingLines } from '../ui/notices.tsx';
import { useServices } from '../ui/services.tsx';

/** Longest reason the API takes, in characters. */
const MAX_REASON = 1_000;

interface Props {
  readonly instance: string;
  readonly onClose: () => void;
  /** Called with a sentence when the switch was made. */
  readonly onDone: (sentence: string) => void;
}

/** Asks before an instance is disabled or enabled; switches only what was shown, not what somebody made of it meanwhile. */
export function SwitchDialog({ instance, onClose, onDone }: Props): ReactNode {
  const query = useTaggedInstance(instance);
  // The dialog keeps to one direction, even if the instance is switched by somebody else while it is open.
  const [wasEnabled, setWasEnabled] = useState<boolean>();
  const enabled = wasEnabled ?? query.data?.value.enabled;
  if (wasEnabled === undefined && query.data !== undefined) {
    setWasEnabled(query.data.value.enabled);
  }
  return (
    <Modal
      opened
      onClose={onClose}
      lockScroll={false}
      title={enabled === undefined ? instance : `${enabled ? 'Disable' : 'Enable'} ${instance}?`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {query.data === undefined || enabled === undefined ? (
        query.error === null ? (
          <LoadingLines label={`${instance}: loading`} lines={3} />
        ) : (
          <ErrorNotice
            what={`${instance} could not be read`}
            error={query.error}
            onRetry={() => void query.refetch()}
          />
        )
      ) : (
        <SwitchForm
          tagged={query.data}
          enable={!enabled}
          refresh={() => query.refetch()}
          onClose={onClose}
          onDone={onDone}
        />
      )}
    </Modal>
  );
}

interface FormProps {
  readonly tagged: Tagged<Instance>;
  readonly enable: boolean;
  readonly refresh: () => unknown;
  readonly onClose: () => void;
  readonly onDone: (sentence: string) => void;
}

function SwitchForm({ tagged, enable, refresh, onClose, onDone }: FormProps): ReactNode {
  const { value: instance, etag } = tagged;
  const { client } = useServices();
  const { cluster } = useLiveCluster();
  const queries = useQueryClient();
  const [reason, setReason] = useState('');
  const change = useMutation({
    mutationFn: () => {
      const body = enable ? { enabled: true } : { enabled: false, reason: reason.trim() };
      return client.patch(apiPath('clusters', cluster, 'instances', instance.name), body, { ifMatch: etag });
    },
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['cluster', cluster, 'facts'] });
      onDone(`${instance.name} is ${enable ? 'enabled' : 'disabled'}.`);
      onClose();
    },
    // Somebody was quicker: show what they made of it, so that the next press decides on that.
    onError: (error) => (isVersionConflict(error) ? refresh() : undefined),
  });
  const already = instance.enabled === enable;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        change.mutate();
      }}
    >
      <p>{already ? alreadyText(instance) : enable ? enableText(instance) : disableText(instance)}</p>
      {!enable && !already && (
        <Textarea
          label="Reason"
          description="Kept with the instance and shown wherever this decision has an effect."
          placeholder="Replacing its disk"
          autosize
          minRows={2}
          maxLength={MAX_REASON}
          data-autofocus
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
      )}
      {change.error !== null && <Refusal error={change.error} name={instance.name} />}
      <div className="dialog-actions">
        <Button variant="default" onClick={onClose}>
          {already ? 'Close' : 'Cancel'}
        </Button>
        {!already && (
          <Button type="submit" loading={change.isPending} color={enable ? 'blue' : 'red'}>
            {enable ? 'Enable' : 'Disable'} {instance.name}
          </Button>
        )}
      </div>
    </form>
  );
}

function Refusal({ error, name }: { readonly error: unknown; readonly name: string }): ReactNode {
  if (isVersionConflict(error)) {
    return (
      <div className="notice warning" role="alert">
        <div>
          <strong>Somebody changed {name} in the meantime.</strong> Nothing was switched. What stands above is how it is
          now; decide again.
        </div>
      </div>
    );
  }
  const unknown = error instanceof ApiError && error.code === 'E_OUTCOME_UNKNOWN';
  const what = unknown ? `It is not known whether ${name} was switched` : 'Nothing was switched';
  return <ErrorNotice what={what} error={error} />;
}

function holdings({ states }: Instance): string {
  const parts = Object.entries(states).filter(([, count]) => count > 0);
  return parts.length === 0 ? 'no replicas' : parts.map(([state, count]) => `${count} ${state}`).join(', ');
}

function disableText(instance: Instance): string {
  const count = Object.values(instance.states).reduce((sum, more) => sum + more, 0);
  return `It holds ${plural(count, 'replica')} (${holdings(instance)}). They move to other instances where there is room, and it gets none until it is enabled again.`;
}

function enableText({ disabledReason }: Instance): string {
  const why =
    disabledReason === null || disabledReason === ''
      ? 'No reason was given for disabling it.'
      : `It was disabled with the reason: “${disabledReason}”.`;
  return `${why} Once enabled it gets replicas again.`;
}

function alreadyText({ name, enabled, disabledReason }: Instance): string {
  if (enabled) {
    return `${name} is enabled now.`;
  }
  return `${name} is disabled now${disabledReason === null ? '.' : `, with the reason: “${disabledReason}”.`}`;
}
