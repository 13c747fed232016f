export const roles = {
  'roles.danger': 'Dangerous',
}
