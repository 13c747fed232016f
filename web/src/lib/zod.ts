import { z } from 'zod'

// zod compiles checks with `new Function` where it may; the content security policy does not allow it.
z.config({ jitless: true })

export { z }
