export const roles = {
  'roles.danger': '危险',
}
