import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { LogOut, MonitorSmartphone } from 'lucide-react'
import { SessionList } from '@/components/session-list'
import { describeError, EmptyState, ErrorState } from '@/components/states'
import { Button } from '@/components/ui/button'
import { Skeleton } from '@/components/ui/skeleton'
import { useToast } from '@/components/ui/toast'
import { useI18n } from '@/i18n'
import { endUserSession, logoutUser, userSessionsQuery, type User } from '@/lib/api/people'

export function SessionsTab({ user }: { user: User }) {
  const { t } = useI18n()
  const toast = useToast()
  const client = useQueryClient()
  const query = userSessionsQuery(user.id)
  const sessions = useQuery(query)
  const refresh = () => client.invalidateQueries({ queryKey: query.queryKey })
  const all = useMutation({
    mutationFn: () => logoutUser(user.id),
    onSuccess: async () => {
      await refresh()
      toast.success(t('users.loggedOut'), user.display_name)
    },
    onError: (error) => {
      const { title, detail } = describeError(error, t)
      toast.failure(title, detail)
    },
  })
  if (sessions.isError) return <ErrorState error={sessions.error} onRetry={() => void sessions.refetch()} />
  if (!sessions.data) return <Skeleton className="h-32" />
  if (sessions.data.items.length === 0)
    return (
      <EmptyState icon={MonitorSmartphone} title={t('sessions.none')}>
        {t('sessions.noneHint')}
      </EmptyState>
    )
  return (
    <div className="grid gap-3">
      <SessionList
        sessions={sessions.data.items}
        onEnd={async (session) => {
          await endUserSession(user.id, session.id)
          await refresh()
        }}
      />
      <div>
        <Button variant="danger" busy={all.isPending} onClick={() => all.mutate()}>
          <LogOut aria-hidden />
          {t('users.logout')}
        </Button>
      </div>
    </div>
  )
}
