import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Avatar } from '@/components/avatar'
import { ErrorState } from '@/components/states'
import { StatusBadge } from '@/components/status'
import { Drawer } from '@/components/ui/dialog'
import { Skeleton } from '@/components/ui/skeleton'
import { Tabs, TabsContent, TabsList, TabsTrigger } from '@/components/ui/tabs'
import { useI18n } from '@/i18n'
import { useAccess } from '@/lib/api/access'
import { userQuery } from '@/lib/api/people'
import { stateOf } from './data/schema'
import type { UsersProps, UserTab } from './data/search'
import { ExplainTab } from './explain-tab'
import { KeysTab } from './keys-tab'
import { LimitsTab } from './limits-tab'
import { PermissionsTab } from './permissions-tab'
import { ProfileTab } from './profile-tab'
import { RolesTab } from './roles-tab'
import { SessionsTab } from './sessions-tab'
import { stateTones } from './users-columns'

interface UserDrawerProps extends UsersProps {
  id: string
  onClose: () => void
  onChanged: () => Promise<unknown>
}

/** Everything about one person: a tab a subject, each with its own address. */
export function UserDrawer({ id, search, onSearch, onClose, onChanged }: UserDrawerProps) {
  const { t } = useI18n()
  const access = useAccess()
  const query = useQuery(userQuery(id))
  const user = query.data
  const reaches = (permission: string) =>
    access.may(permission) || Boolean(user?.team_ids.some((team) => access.mayIn(permission, team)))
  const mayChange = reaches('users:update')

  const tabs: { id: UserTab; shown: boolean; content: () => ReactNode }[] = user
    ? [
        {
          id: 'profile',
          shown: true,
          content: () => <ProfileTab user={user} mayChange={mayChange} onChanged={onChanged} />,
        },
        {
          id: 'roles',
          shown: true,
          content: () => <RolesTab user={user} mayChange={mayChange} onChanged={onChanged} />,
        },
        {
          id: 'permissions',
          shown: true,
          content: () => (
            <PermissionsTab
              user={user}
              mayExplain={access.maySomewhere('roles:read')}
              search={search}
              onSearch={onSearch}
            />
          ),
        },
        {
          id: 'explain',
          shown: access.maySomewhere('roles:read'),
          content: () => <ExplainTab user={user} search={search} onSearch={onSearch} />,
        },
        {
          id: 'sessions',
          shown: user.kind === 'person' && reaches('sessions:revoke'),
          content: () => <SessionsTab user={user} />,
        },
        {
          id: 'limits',
          shown: reaches('limits:read'),
          content: () => <LimitsTab user={user} />,
        },
        { id: 'keys', shown: reaches('keys:admin'), content: () => <KeysTab user={user} /> },
      ]
    : []
  const shown = tabs.filter((tab) => tab.shown)
  const current = shown.find((tab) => tab.id === search.tab) ?? shown[0]

  return (
    <Drawer
      open
      onOpenChange={(open) => !open && onClose()}
      label={user?.display_name ?? t('nav.users')}
      title={
        user && (
          <>
            <Avatar name={user.display_name} service={user.kind === 'service_account'} />
            <span className="truncate text-base font-semibold tracking-tight">{user.display_name}</span>
            <StatusBadge tone={stateTones[stateOf(user)]}>{t(`users.state.${stateOf(user)}`)}</StatusBadge>
          </>
        )
      }
    >
      {query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : !user || !current ? (
        <div className="grid gap-3 p-5">
          <Skeleton className="w-1/2" />
          <Skeleton className="h-40" />
        </div>
      ) : (
        <Tabs
          value={current.id}
          onValueChange={(tab) => onSearch({ tab: tab === 'profile' ? undefined : (tab as UserTab) })}
        >
          <TabsList aria-label={t('users.about', { name: user.display_name })}>
            {shown.map((tab) => (
              <TabsTrigger key={tab.id} value={tab.id}>
                {t(`users.tab.${tab.id}`)}
              </TabsTrigger>
            ))}
          </TabsList>
          <TabsContent value={current.id} className="p-4 sm:p-5">
            {current.content()}
          </TabsContent>
        </Tabs>
      )}
    </Drawer>
  )
}
