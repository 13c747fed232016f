import { useQuery, useQueryClient } from '@tanstack/react-query'
import { SessionList } from '@/components/session-list'
import { ErrorState } from '@/components/states'
import { Skeleton } from '@/components/ui/skeleton'
import { endMySession, mySessionsQuery } from '@/lib/api/session'

export function MySessions() {
  const client = useQueryClient()
  const sessions = useQuery(mySessionsQuery)
  if (sessions.isError) return <ErrorState error={sessions.error} onRetry={() => void sessions.refetch()} />
  if (!sessions.data) return <Skeleton className="h-24" />
  return (
    <SessionList
      sessions={sessions.data.items}
      onEnd={async (session) => {
        await endMySession(session.id)
        await client.invalidateQueries({ queryKey: mySessionsQuery.queryKey })
      }}
    />
  )
}
