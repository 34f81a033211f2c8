import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { runCli } from '../../../demo/cli.js';
import { nameMatcher } from '../../src/operations/pattern.js';
import { UNSAFE_VARIABLES } from '../../src/cli/output/unsafe-variables.js';
import { toVariables } from '../../src/cli/output/variables.js';
import { Setting } from './setting.js';

/** Variables that no secret may set by its name. */
const REFUSED = `
PATH HOME SHELL ENV IFS CDPATH PWD OLDPWD POSIXLY_CORRECT
BASHOPTS BASHPID BASH_ENV BASH_LOADABLES_PATH SHELLOPTS PROMPT PROMPT_COMMAND PS0 PS1 PS2 PS3 PS4 MAILPATH
GLOBIGNORE EXECIGNORE FIGNORE HISTFILE HISTCMD HISTTIMEFORMAT INPUTRC
ZDOTDIR FPATH MODULE_PATH NULLCMD READNULLCMD RPROMPT RPS1 RPS2 SPROMPT POSTEDIT STTY TMPPREFIX
RANDOM SRANDOM SECONDS OPTIND LINENO COLUMNS LINES TMOUT UID EUID PPID PGRP USER_ID
DIRSTACK GROUPS FUNCNAME PIPESTATUS EPOCHREALTIME EPOCHSECONDS SHLVL COMP_WORDBREAKS _
LD_PRELOAD LD_AUDIT LD_LIBRARY_PATH DYLD_INSERT_LIBRARIES LDR_PRELOAD _RLD_LIST LIBPATH SHLIB_PATH
GCONV_PATH GETCONF_DIR GLIBC_TUNABLES LOCPATH NLSPATH PATH_LOCALE TEXTDOMAINDIR MALLOC_TRACE TZDIR
HOSTALIASES LOCALDOMAIN NIS_PATH RESOLV_HOST_CONF RES_OPTIONS
TMPDIR TMP TEMP XDG_CONFIG_DIRS XDG_CONFIG_HOME TERMINFO TERMINFO_DIRS TERMCAP TERMPATH
EDITOR VISUAL FCEDIT HGEDITOR PAGER MANPAGER BROWSER LESSOPEN LESSCLOSE SUDO_ASKPASS SSH_ASKPASS
SSH_ASKPASS_REQUIRE VIMINIT EXINIT MYVIMRC EMACSLOADPATH SSH_AUTH_SOCK SSH_PKCS11_HELPER
SSH_SK_PROVIDER CVS_RSH RSYNC_RSH RSYNC_CONNECT_PROG SVN_SSH HGMERGE HGRCPATH
GIT_SSH_COMMAND GIT_CONFIG_COUNT GIT_EXEC_PATH GNUPGHOME
NODE_OPTIONS NODE_PATH NODE_EXTRA_CA_CERTS NODE_ENV NPM_CONFIG_SCRIPT_SHELL YARN_RC_FILENAME
DENO_CERT BUN_CONFIG_REGISTRY BUN_OPTIONS COREPACK_NPM_REGISTRY
MANOPT FZF_DEFAULT_COMMAND KUBECTL_EXTERNAL_DIFF NIX_PATH NIX_CONFIG CONTAINER_HOST
LOG4J_CONFIGURATION_FILE
JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS _JAVA_OPTIONS JAVA_HOME CLASSPATH MAVEN_OPTS MAVEN_ARGS
GRADLE_OPTS GRADLE_USER_HOME
PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONBREAKPOINT PIP_INDEX_URL UV_INDEX_URL VIRTUAL_ENV
PERL5OPT PERL5LIB PERLLIB RUBYOPT RUBYLIB GEM_HOME GEM_PATH BUNDLE_GEMFILE RAILS_ENV RACK_ENV
PHPRC PHP_INI_SCAN_DIR COMPOSER LUA_PATH LUA_INIT_5_4 TCLLIBPATH R_PROFILE R_PROFILE_USER
R_ENVIRON_USER R_LIBS_SITE ERL_AFLAGS JULIA_PROJECT GUILE_LOAD_PATH CAML_LD_LIBRARY_PATH
DOTNET_STARTUP_HOOKS COMPLUS_VERSION CORECLR_PROFILER_PATH COR_PROFILER
ASPNETCORE_HOSTINGSTARTUPASSEMBLIES
CC CXX CPP AR CFLAGS CPPFLAGS CXXFLAGS LDFLAGS MAKEFLAGS GNUMAKEFLAGS MAKEFILES GCC_EXEC_PREFIX
COMPILER_PATH LIBRARY_PATH CPATH C_INCLUDE_PATH CMAKE_TOOLCHAIN_FILE PKG_CONFIG PKG_CONFIG_PATH
CARGO_BUILD_RUSTC_WRAPPER RUSTC RUSTC_WRAPPER RUSTFLAGS RUSTUP_TOOLCHAIN
CGO_CFLAGS GOAUTH GOBIN GOCACHE GODEBUG GOENV GOFLAGS GOINSECURE GONOSUMDB GOPATH GOPRIVATE GOPROXY
GOROOT GOSUMDB GOTOOLCHAIN GOVCS
HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY SSL_CERT_FILE SSL_CERT_DIR CURL_CA_BUNDLE
REQUESTS_CA_BUNDLE SSLKEYLOGFILE OPENSSL_CONF OPENSSL_MODULES NETRC WGETRC
KRB5_CONFIG SASL_PATH LDAPCONF LDAPRC ODBCINI ODBCSYSINI LIBMYSQL_PLUGINS
AWS_CONFIG_FILE AWS_ENDPOINT_URL AWS_PROFILE AWS_ACCESS_KEY_ID CREDSTASH_COMPARTMENT
DOCKER_CERT_PATH DOCKER_CONFIG DOCKER_CONTEXT DOCKER_HOST DOCKER_TLS_VERIFY BUILDKIT_HOST KUBECONFIG
CLOUDSDK_PYTHON AZURE_CONFIG_DIR AZURE_EXTENSION_DIR TF_CLI_ARGS ANSIBLE_VAULT_PASSWORD_FILE
DJANGO_SETTINGS_MODULE FLASK_APP FLASK_DEBUG GUNICORN_CMD_ARGS UWSGI_EXEC_ASAP
SPRING_APPLICATION_JSON SPRING_CONFIG_LOCATION SPRING_MAIN_SOURCES LOGGING_CONFIG
GTK_MODULES GIO_EXTRA_MODULES GDK_PIXBUF_MODULE_FILE QT_PLUGIN_PATH GST_PLUGIN_PATH
DBUS_SESSION_BUS_ADDRESS
`
  .trim()
  .split(/\s+/);

/** Variables of applications, which only they read. */
const ALLOWED = `
APP_DB_PASSWORD DATABASE_URL PGPASSWORD PGHOST MYSQL_PWD REDIS_URL PASSWORD USER USERNAME PORT HOST
GOOGLE_API_KEY GOOGLE_CLIENT_SECRET STRIPE_SECRET_KEY SECRET_KEY_BASE RAILS_MASTER_KEY NPM_TOKEN
GITHUB_TOKEN DOCKER_PASSWORD AZURE_CLIENT_SECRET TF_VAR_PASSWORD VAULT_TOKEN SSH_PRIVATE_KEY
FLASK_SECRET_KEY SPRING_DATASOURCE_PASSWORD FEATURE_FLAGS R_PASSWORD PATH_TO_KEY APP_ENV TOKEN LOG_LEVEL
`
  .trim()
  .split(/\s+/);

test.each(REFUSED)('no secret becomes %s by its name', (variable) => {
  const name = variable.toLowerCase().replace(/(?<=\w)_/g, '.');
  const { variables, failures } = toVariables(new Map([[name, 'x']]));
  expect([...variables]).toEqual([]);
  expect(failures.get(name)?.message).toBe(
    `its variable ${variable} can make programs run something else; only exec --map sets it`,
  );
});

test.each(UNSAFE_VARIABLES)('the entry %s refuses a variable that no other entry does', (entry) => {
  const isOthers = nameMatcher(UNSAFE_VARIABLES.filter((other) => other !== entry));
  expect(REFUSED.filter(nameMatcher([entry])).filter((name) => !isOthers(name))).not.toEqual([]);
});

test.each(ALLOWED)("an application's own variable %s is set", (variable) => {
  expect([...toVariables(new Map([[variable, 'x']])).variables]).toEqual([[variable, 'x']]);
});

test("every variable of bash's own is refused, or keeps its value", async () => {
  const bash = async (script: string) => {
    const options = { env: { PATH: process.env.PATH } };
    return (await promisify(execFile)('bash', ['--norc', '-c', script], options)).stdout;
  };
  const own = (await bash('compgen -v')).trim().split('\n');
  const { variables } = toVariables(new Map(own.map((name) => [name, 'it is'])));
  for (const [variable] of variables) {
    expect(await bash(`export ${variable}='it is'; echo "$${variable}"`)).toBe('it is\n');
  }
});

describe("a secret's name never makes the program of exec run something else", () => {
  const HOOK = "--import=data:text/javascript,console.log('taken')";
  let setting: Setting;
  let folder: string;

  beforeAll(async () => {
    setting = await Setting.create();
    folder = join(setting.folder, 'bin');
    await mkdir(folder);
    await writeFile(join(folder, 'true'), '#!/bin/sh\necho taken\n', { mode: 0o755 });
    await setting.credstash.putAll({
      'app/node.options': HOOK,
      'app/path': folder,
      'prompt-command': 'echo taken',
      'ld preload': '/tmp/taken.so',
      ok: '1',
    });
  });
  afterAll(() => setting.close());

  test.each([
    ['app/node.options', 'NODE_OPTIONS', ['--prefix', 'app/', '--strip']],
    ['app/path', 'PATH', ['--prefix', 'app/', '--strip']],
    ['prompt-command', 'PROMPT_COMMAND', ['prompt-command', '--pristine']],
    ['ld preload', 'LD_PRELOAD', ['ld preload', '--no-clobber']],
  ])('%s is not %s', async (name, variable, args) => {
    const { exitCode, stdout, stderr } = await setting.run('exec', ...args, '--', 'node', '-v');
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toContain(`${name}: its variable ${variable} can make programs run something`);
  });

  test('-f shell and -f dotenv leave it out, and name it', async () => {
    for (const format of ['shell', 'dotenv']) {
      const { exitCode, stdout, stderr } = await setting.run('getall', '-f', format);
      expect(exitCode).toBe(1);
      expect(stdout).toMatch(/OK='1'/);
      expect(stdout).not.toMatch(/LD.PRELOAD|PROMPT.COMMAND/);
      expect(stderr).toMatch(/^ld preload: its variable LD_PRELOAD can make/m);
    }
  });

  test('--map sets the variable that the caller names, and PATH only for the program', async () => {
    const mapped = await setting.run(
      'exec',
      '--map',
      'NODE_OPTIONS=app/node.options',
      '--',
      'node',
      '-e',
      '',
    );
    expect(mapped.stdout).toBe('taken\n');
    const env = { ...setting.env, PATH: process.env.PATH };
    const { exitCode, stdout } = await runCli(
      ['exec', '--map', 'PATH=app/path', '--', 'true'],
      env,
    );
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' });
  });
});
