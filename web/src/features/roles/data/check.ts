import type { MessageKey } from '@/i18n'
import { names } from './policy'

/** Something wrong with a policy, at a path such as `statements[0].actions[1]`. */
export interface Fault {
  path: string
  /** In the reader's language, or as the server said it. */
  message: MessageKey | { said: string }
  value?: string
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function unknownFields(value: Record<string, unknown>, known: string[], path: string): Fault[] {
  return Object.keys(value)
    .filter((name) => !known.includes(name))
    .map((name) => ({ path: path ? `${path}.${name}` : name, message: 'roles.fault.unknown', value: name }))
}

/** What is wrong with a document before it is sent; the server checks again, and more. */
export function checkPolicy(document: unknown, catalogue: string[]): Fault[] {
  if (!isObject(document)) return [{ path: '', message: 'roles.fault.object' }]
  const faults = unknownFields(document, ['version', 'statements'], '')
  if (document.version !== 1) faults.push({ path: 'version', message: 'roles.fault.version' })
  if (!Array.isArray(document.statements))
    return [...faults, { path: 'statements', message: 'roles.fault.statements' }]
  return [
    ...faults,
    ...document.statements.flatMap((statement, index) =>
      checkStatement(statement, `statements[${index}]`, catalogue),
    ),
  ]
}

function checkStatement(statement: unknown, path: string, catalogue: string[]): Fault[] {
  if (!isObject(statement)) return [{ path, message: 'roles.fault.object' }]
  const faults = unknownFields(statement, ['effect', 'actions', 'resources'], path)
  if (statement.effect !== 'allow' && statement.effect !== 'deny')
    faults.push({ path: `${path}.effect`, message: 'roles.fault.effect' })
  const { actions, resources } = statement
  if (!Array.isArray(actions) || actions.length === 0)
    faults.push({ path: `${path}.actions`, message: 'roles.fault.actions' })
  else
    actions.forEach((action, index) => {
      if (typeof action !== 'string' || !catalogue.some((key) => names(action, key)))
        faults.push({
          path: `${path}.actions[${index}]`,
          message: 'roles.fault.action',
          value: String(action),
        })
    })
  if (resources !== null && resources !== undefined) {
    if (!Array.isArray(resources) || resources.length === 0)
      faults.push({ path: `${path}.resources`, message: 'roles.fault.resources' })
    else
      resources.forEach((resource, index) => {
        if (typeof resource !== 'string' || !/^(\*$|team:|model:|mcp_tool:)/.test(resource))
          faults.push({
            path: `${path}.resources[${index}]`,
            message: 'roles.fault.resource',
            value: String(resource),
          })
      })
  }
  return faults
}

/** The server's field errors that are about the policy, by their path within it. */
export function policyFaults(errors: Record<string, string[]> | null | undefined): Fault[] {
  return Object.entries(errors ?? {}).flatMap(([field, said]) =>
    field === 'policy' || field.startsWith('policy.')
      ? said.map((each) => ({ path: field.replace(/^policy\.?/, ''), message: { said: each } }))
      : [],
  )
}
