/** Who may do what, what goes by which rules, and all of it as a file. */
import { Tabs } from '../parts/tabs.tsx';
import { useMay } from '../state/session.ts';
import { texts } from '../texts.ts';
import { Definitions } from './admin/definitions.tsx';
import { Limits } from './admin/limits.tsx';
import { Permissions } from './admin/permissions.tsx';
import { Policies } from './admin/policies.tsx';
import { TopicPermissions } from './admin/topic-permissions.tsx';
import { Users } from './admin/users.tsx';
import { Vhosts } from './admin/vhosts.tsx';

const words = texts.admin;

export function Admin() {
  const may = useMay();
  const isAdministrator = may('administrator');
  return (
    <>
      <h1>{texts.views.admin}</h1>
      <Tabs
        label={texts.views.admin}
        tabs={[
          ['vhosts', words.vhosts, () => <Vhosts />],
          ['policies', words.policies, () => <Policies />],
          ...(isAdministrator
            ? ([
                ['users', words.users, () => <Users />],
                ['permissions', words.permissions, () => <Permissions />],
                ['topics', words.topicPermissions, () => <TopicPermissions />],
                ['limits', words.limits, () => <Limits />],
                ['definitions', words.definitions, () => <Definitions />],
              ] as const)
            : []),
        ]}
      />
    </>
  );
}
