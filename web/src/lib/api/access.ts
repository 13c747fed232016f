import { useQuery } from '@tanstack/react-query'
import { meQuery, type Me } from './session'

/** What the signed-in person may do; the server decides again, this only hides what it would refuse. */
export interface Access {
  me: Me | undefined
  /** Held for what belongs to no team, and so everywhere. */
  may: (permission: string) => boolean
  /** Held everywhere, or in that team. */
  mayIn: (permission: string, teamId: string) => boolean
  /** Held everywhere, or in some team. */
  maySomewhere: (...permissions: string[]) => boolean
}

export function accessOf(me: Me | undefined): Access {
  const held = new Set(me?.permissions)
  const inTeams = me?.team_permissions ?? []
  const may = (permission: string) => held.has(permission)
  const heldIn = (team: string, permission: string) =>
    inTeams.some((each) => each.team_id === team && each.permissions.includes(permission))
  return {
    me,
    may,
    // "*" is what is held in every team; the entry of a team is what it adds to that.
    mayIn: (permission, teamId) => may(permission) || heldIn('*', permission) || heldIn(teamId, permission),
    maySomewhere: (...permissions) =>
      permissions.some(
        (permission) => may(permission) || inTeams.some((each) => each.permissions.includes(permission)),
      ),
  }
}

/** Inside the application frame the answer is in the cache already. */
export function useAccess(): Access {
  return accessOf(useQuery(meQuery).data)
}
