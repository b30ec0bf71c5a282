/** The sandbox's worker in a process of its own, so that it can be killed for real. It loads its code at once, and begins when it is told where the world is. It ends with the sandbox, even where that one is killed. */
import '../src/app.ts';

process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.once('message', (env: Record<string, string>) => {
  Object.assign(process.env, env);
  void import('../src/main.ts');
});
