import type { Permission, Policy, PolicyStatement } from '@/lib/api/roles'

/** Whether a pattern such as `keys:*` names this permission. */
export function names(pattern: string, key: string): boolean {
  const form = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')
  return new RegExp(`^${form}$`).test(key)
}

export const covers = (actions: string[], key: string) => actions.some((action) => names(action, key))

export type Coverage = 'all' | 'some' | 'none'

export function coverage(actions: string[], keys: string[]): Coverage {
  const covered = keys.filter((key) => covers(actions, key)).length
  return covered === 0 ? 'none' : covered === keys.length ? 'all' : 'some'
}

/** In the order of the catalogue, patterns before what they cover. */
function ordered(actions: string[], catalogue: string[]): string[] {
  const place = (action: string) => {
    const index = catalogue.findIndex((key) => names(action, key))
    return action.includes('*') ? index - 0.5 : index
  }
  return [...new Set(actions)].sort((a, b) => place(a) - place(b))
}

/** Ticks or unticks permissions. A pattern that covers an unticked one gives way to the others that it covered. */
export function withKeys(actions: string[], catalogue: string[], keys: string[], ticked: boolean): string[] {
  if (ticked) return ordered([...actions, ...keys.filter((key) => !covers(actions, key))], catalogue)
  const kept = actions.flatMap((action) =>
    keys.some((key) => names(action, key))
      ? catalogue.filter((key) => names(action, key) && !keys.includes(key))
      : [action],
  )
  return ordered(kept, catalogue)
}

/** All of a resource is one pattern: permissions that come later are in it. */
export function withResource(
  actions: string[],
  catalogue: string[],
  resource: string,
  ticked: boolean,
): string[] {
  const keys = catalogue.filter((key) => key.startsWith(`${resource}:`))
  const without = withKeys(actions, catalogue, keys, false)
  return ticked ? ordered([...without, `${resource}:*`], catalogue) : without
}

export type Reach = 'everything' | 'teams' | 'named'

export function reachOf(statement: PolicyStatement): Reach {
  const resources = statement.resources ?? null
  if (resources === null || resources.includes('*')) return 'everything'
  return resources.length === 1 && resources[0] === 'team:*' ? 'teams' : 'named'
}

export const resourcesFor = (reach: Reach): string[] | null =>
  reach === 'everything' ? null : reach === 'teams' ? ['team:*'] : []

export const words = (text: string) => text.split(/[\s,]+/).filter(Boolean)

export const emptyPolicy: Policy = {
  version: 1,
  statements: [{ effect: 'allow', actions: [], resources: null }],
}

/** The dangerous permissions that a policy allows somewhere; what it denies everywhere is left out. */
export function dangers(policy: Policy, catalogue: Permission[]): string[] {
  const allowed = policy.statements.filter((each) => each.effect === 'allow').flatMap((each) => each.actions)
  const denied = policy.statements
    .filter((each) => each.effect === 'deny' && reachOf(each) === 'everything')
    .flatMap((each) => each.actions)
  return catalogue
    .filter((each) => each.dangerous && covers(allowed, each.key) && !covers(denied, each.key))
    .map((each) => each.key)
}
