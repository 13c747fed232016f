export const auth = {
  'auth.signIn': 'Sign in',
  'auth.signInTo': 'Sign in to ThinkWatch',
  'auth.tagline': 'Every AI call, accounted for.',
  'auth.email': 'E-mail',
  'auth.password': 'Password',
  'auth.refused': 'E-mail or password is wrong.',
  'auth.signOut': 'Sign out',
  'auth.signOutFailed': 'Signing out failed',
  'auth.account': 'Account of {email}',
}
