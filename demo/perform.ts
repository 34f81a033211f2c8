import type { Step } from './chapters';
import { runCli } from './cli';
import { print, styled } from './screen';

/** Run a step as its role, show it, and tell whether it went as said. */
export async function perform(step: Step, env: NodeJS.ProcessEnv): Promise<boolean> {
  const { role, command, input, expected } = step;
  const words = command.map((word) => (/[^\w@/.=-]/.test(word) ? `'${word}'` : word)).join(' ');
  const piped = input === undefined ? '' : `printf '${input}' | `;
  print(`  ${styled('cyan', role)} $ ${piped}credstash ${words}`);

  const { exitCode, stdout, stderr } = await runCli(command, env, input);
  const output = (exitCode === 0 ? stdout : stderr).trimEnd();
  const [wantedCode, wantedOutput] = expected;
  const asSaid = exitCode === wantedCode && wantedOutput.test(`${output}\n`);
  const style = exitCode === 0 ? 'reset' : 'yellow';
  print(`    ${styled(style, output)}`);
  if (!asSaid) {
    print(
      `    ${styled('red', `✘ wanted exit ${wantedCode} and ${wantedOutput}, got exit ${exitCode}`)}`,
    );
  }
  return asSaid;
}
