import type { EffectivePermissions } from '@/lib/api/people'

/** What is held outside teams, or in a team: one that has an entry of its own is described by that alone. */
export function heldIn(held: EffectivePermissions, team: string | undefined): string[] {
  if (!team) return held.permissions
  return held.teams.find((each) => each.team_id === team)?.permissions ?? held.any_team
}

/** Permissions by what they are about, in the order in which they come. */
export function groupByResource(keys: string[]): [string, string[]][] {
  const groups = new Map<string, string[]>()
  for (const key of keys) {
    const resource = key.split(':')[0] ?? key
    groups.set(resource, [...(groups.get(resource) ?? []), key])
  }
  return [...groups]
}

/** Only the right to use models or tools reaches single ones of them. */
export function resourceKind(permission: string | undefined): 'model' | 'mcp_tool' | undefined {
  if (permission === 'ai_gateway:use') return 'model'
  return permission === 'mcp_gateway:use' || permission === 'mcp:connect' ? 'mcp_tool' : undefined
}
