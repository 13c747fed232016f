import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { keysQuery } from '@/lib/api/keys'
import { ownersQuery, ownerTeamsQuery } from '@/lib/api/owners'
import type { BulkKind, Candidate } from './data/bulk'

/** Everybody of a kind who is within the reader's reach; asked for when the kind is looked at. */
export function useCandidates(kind: BulkKind) {
  const users = useQuery({ ...ownersQuery, enabled: kind === 'user' })
  const teams = useQuery({ ...ownerTeamsQuery, enabled: kind === 'team' })
  const keys = useQuery({ ...keysQuery, enabled: kind === 'api_key' })
  const query = { user: users, team: teams, api_key: keys }[kind]
  const candidates = useMemo((): Candidate[] | undefined => {
    if (kind === 'user')
      return users.data?.map((user) => ({ kind, id: user.id, name: user.display_name, detail: user.email }))
    if (kind === 'team')
      return teams.data?.map((team) => ({
        kind,
        id: team.id,
        name: team.name,
        detail: team.cost_center ?? '',
      }))
    return keys.data?.items
      .filter((key) => !key.revoked_at)
      .map((key) => ({
        kind,
        id: key.id,
        name: key.name,
        detail: `${key.key_prefix}… ${key.user_email ?? ''}`,
      }))
  }, [kind, users.data, teams.data, keys.data])
  return { candidates, error: query.error, retry: () => void query.refetch() }
}
