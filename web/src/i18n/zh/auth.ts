export const auth = {
  'auth.signIn': '登录',
  'auth.signInTo': '登录 ThinkWatch',
  'auth.tagline': '每一次 AI 调用，尽在掌握。',
  'auth.email': '电子邮件',
  'auth.password': '密码',
  'auth.refused': '电子邮件或密码错误。',
  'auth.signOut': '退出登录',
  'auth.signOutFailed': '退出登录失败',
  'auth.account': '{email} 的账户',
}
