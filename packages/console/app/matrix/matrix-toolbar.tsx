import { ActionIcon, NativeSelect, SegmentedControl, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import type { MatrixData } from '../live/matrix-data.ts';
import { Icon } from '../ui/icons.tsx';
import type { MatrixFilter } from './matrix-filter.ts';
import type { Density } from './matrix-layout.ts';

/** How the picture is drawn. */
export interface MatrixLook {
  readonly density: Density;
  /** Rows and columns swapped. */
  readonly flipped: boolean;
}

interface Props {
  readonly resources: readonly string[];
  readonly resource: string | undefined;
  readonly matrix: MatrixData | undefined;
  readonly filter: MatrixFilter;
  readonly asTable: boolean;
  readonly look: MatrixLook;
  readonly onChange: (query: Readonly<Record<string, string | undefined>>) => void;
  readonly onLook: (look: MatrixLook) => void;
}

/** Which resource, which of its partitions, and drawn how. */
export function MatrixToolbar(props: Props): ReactNode {
  const { resources, resource, matrix, filter, asTable, onChange } = props;
  const top = matrix?.states[0] ?? 'top state';
  const states = [
    { value: '', label: 'Any state' },
    { value: 'moving', label: 'Not yet as wanted' },
    { value: 'no-top', label: `Without ${top}` },
    ...(matrix?.states ?? []).map((state) => ({ value: state, label: state })),
  ];
  return (
    <div className="toolbar">
      <h1>Matrix</h1>
      {resources.length > 1 || resource === undefined ? (
        <NativeSelect
          size="xs"
          aria-label="Resource"
          value={resource ?? ''}
          data={[...resources]}
          onChange={(event) => onChange({ resource: event.currentTarget.value })}
        />
      ) : (
        <span className="only">{resource}</span>
      )}
      <NativeSelect
        size="xs"
        aria-label="Partitions with a replica in state"
        value={filter.state ?? ''}
        data={states}
        onChange={(event) => onChange({ state: event.currentTarget.value })}
      />
      <NativeSelect
        size="xs"
        aria-label="Partitions on instance"
        value={filter.instance ?? ''}
        data={[{ value: '', label: 'Any instance' }, ...(matrix?.instances ?? [])]}
        onChange={(event) => onChange({ instance: event.currentTarget.value })}
      />
      <TextInput
        size="xs"
        aria-label="Partitions whose name contains"
        placeholder="Partition…"
        leftSection={<Icon name="search" size={13} />}
        value={filter.text ?? ''}
        onChange={(event) => onChange({ text: event.currentTarget.value })}
      />
      <div className="toolbar-end">
        {!asTable && <LookControls {...props} />}
        <SegmentedControl
          size="xs"
          aria-label="Show as"
          value={asTable ? 'table' : 'picture'}
          onChange={(value) => onChange({ as: value === 'table' ? 'table' : undefined })}
          data={[
            { value: 'picture', label: 'Picture' },
            { value: 'table', label: 'Table' },
          ]}
        />
      </div>
    </div>
  );
}

function LookControls({ look, onLook }: Props): ReactNode {
  return (
    <>
      <SegmentedControl
        size="xs"
        aria-label="Size of cells"
        value={look.density}
        onChange={(value) => onLook({ ...look, density: value === 'dense' ? 'dense' : 'normal' })}
        data={[
          { value: 'normal', label: 'Marks' },
          { value: 'dense', label: 'Dense' },
        ]}
      />
      <ActionIcon
        variant="default"
        size={30}
        aria-label="Swap rows and columns"
        title="Swap rows and columns"
        aria-pressed={look.flipped}
        onClick={() => onLook({ ...look, flipped: !look.flipped })}
      >
        <Icon name="swap" size={15} />
      </ActionIcon>
    </>
  );
}
