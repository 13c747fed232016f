import { useQuery } from '@tanstack/react-query'
import { UsersRound } from 'lucide-react'
import { LimitsPanel } from '@/components/limits/limits-panel'
import { ErrorState } from '@/components/states'
import { Drawer } from '@/components/ui/dialog'
import { Skeleton } from '@/components/ui/skeleton'
import { Tabs, TabsContent, TabsList, TabsTrigger } from '@/components/ui/tabs'
import { useI18n } from '@/i18n'
import { useAccess } from '@/lib/api/access'
import { teamQuery } from '@/lib/api/people'
import { teamTabs, type TeamsProps, type TeamTab } from './data/search'
import { TeamForm } from './team-form'
import { TeamMembers } from './team-members'
import { TeamRoles } from './team-roles'

interface TeamDrawerProps extends TeamsProps {
  id: string
  onClose: () => void
  onChanged: () => Promise<unknown>
}

export function TeamDrawer({ id, search, onSearch, onClose, onChanged }: TeamDrawerProps) {
  const { t } = useI18n()
  const access = useAccess()
  const query = useQuery(teamQuery(id))
  const team = query.data
  const allowed: Record<TeamTab, boolean> = {
    details: true,
    members: true,
    roles: access.mayIn('teams:read', id),
    limits: access.mayIn('limits:read', id) || access.may('limits:read_own'),
  }
  const shown = teamTabs.filter((tab) => allowed[tab])
  const current = shown.find((tab) => tab === search.tab) ?? 'details'
  return (
    <Drawer
      open
      onOpenChange={(open) => !open && onClose()}
      label={team?.name ?? t('nav.teams')}
      title={
        <>
          <UsersRound className="size-5 shrink-0 text-ink-3" aria-hidden />
          <span className="truncate text-base font-semibold tracking-tight">{team?.name}</span>
        </>
      }
    >
      {query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : !team ? (
        <div className="grid gap-3 p-5">
          <Skeleton className="w-1/2" />
          <Skeleton className="h-40" />
        </div>
      ) : (
        <Tabs
          value={current}
          onValueChange={(tab) => onSearch({ tab: tab === 'details' ? undefined : (tab as TeamTab) })}
        >
          <TabsList aria-label={t('users.about', { name: team.name })}>
            {shown.map((tab) => (
              <TabsTrigger key={tab} value={tab}>
                {tab === 'limits' ? t('limits.tab') : t(`teams.tab.${tab}`)}
                {tab === 'members' && ` (${team.member_count})`}
              </TabsTrigger>
            ))}
          </TabsList>
          <TabsContent value={current} className="p-4 sm:p-5">
            {current === 'details' && (
              <TeamForm team={team} readOnly={!access.mayIn('teams:write', id)} onSaved={onChanged} />
            )}
            {current === 'members' && (
              <TeamMembers
                team={team}
                mayChange={access.mayIn('team_members:write', id)}
                onChanged={onChanged}
              />
            )}
            {current === 'roles' && <TeamRoles team={team} />}
            {current === 'limits' && <LimitsPanel subject={{ kind: 'team', id: team.id }} />}
          </TabsContent>
        </Tabs>
      )}
    </Drawer>
  )
}
