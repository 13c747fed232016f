export const guide = {
  'guide.lead': '让客户端指向这里：只需更换基础地址和密钥。以下设置已填入本系统的地址。',
  'guide.clients': '客户端',
  'guide.key': '请先把密钥放入环境变量 THINKWATCH_KEY；密钥只在创建时显示一次。',
  'guide.claudeCode': '此处任何提供商的模型都可使用，请求与应答会自动转换。',
  'guide.codex': 'Codex 使用 Responses API，此处所有模型均可应答。',
  'guide.cursor':
    '在 Settings 的 Models 中：将密钥填为 OpenAI API Key，覆盖基础地址并添加模型。Cursor 从其服务器发起调用，因此该地址必须可从互联网访问。',
  'guide.verify': '验证',
  'guide.verifyHint': '使用十五分钟有效的密钥，经网关向 {model} 发送“Say hello”。',
  'guide.verified': '{model} 在 {time} 内应答',
}
