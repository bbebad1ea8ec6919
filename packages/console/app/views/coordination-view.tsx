import { type ReactNode, useState } from 'react';
import { useElections, useGroups, useLocks } from '../api/coordination-queries.ts';
import type { Lock } from '../api/coordination-types.ts';
import { BreakDialog } from './break-dialog.tsx';
import { ElectionTable } from './election-table.tsx';
import { GroupTable } from './group-table.tsx';
import { ListedPanel } from './listed-panel.tsx';
import { LockTable } from './lock-table.tsx';
import { TopicEvents } from './topic-events.tsx';

/** Who holds which lock and who waits for it, who leads, who is in which group, and what is published. They belong to the store, not to one cluster. */
export default function CoordinationView(): ReactNode {
  const [breaking, setBreaking] = useState<Lock>();
  const [done, setDone] = useState('');
  const locks = useLocks('lock');
  const semaphores = useLocks('semaphore');
  const elections = useElections();
  const groups = useGroups();
  return (
    <div className="page">
      <div className="toolbar">
        <h1>Coordination</h1>
      </div>
      <p className="done" role="status">
        {done}
      </p>
      <ListedPanel
        title="Locks"
        query={locks}
        itemsOf={(data) => data.locks}
        empty="Nobody holds a lock or waits for one."
      >
        {(list) => <LockTable locks={list} onBreak={setBreaking} />}
      </ListedPanel>
      <ListedPanel
        title="Semaphores"
        query={semaphores}
        itemsOf={(data) => data.locks}
        empty="Nobody holds a permit or waits for one."
      >
        {(list) => <LockTable locks={list} onBreak={setBreaking} />}
      </ListedPanel>
      <ListedPanel
        title="Elections"
        query={elections}
        itemsOf={(data) => data.elections}
        empty="Nobody stands in an election."
      >
        {(list) => <ElectionTable elections={list} />}
      </ListedPanel>
      <ListedPanel title="Groups" query={groups} itemsOf={(data) => data.groups} empty="Nobody is in a group.">
        {(list) => <GroupTable groups={list} />}
      </ListedPanel>
      <TopicEvents />
      {breaking !== undefined && (
        <BreakDialog lock={breaking} onClose={() => setBreaking(undefined)} onDone={setDone} />
      )}
    </div>
  );
}
