import { nameMatcher } from '../../operations/pattern.js';

/**
 * The environment variables with which a value can make a common program load or run something
 * else, send its traffic elsewhere, or trust someone else; `*` stands for any string. Each group
 * names the documentation of its variables.
 *
 * Not here: variables that only hold credentials or addresses for the program itself, such as
 * DATABASE_URL, PGPASSWORD, GOOGLE_API_KEY or USER. NODE_ENV is: it selects the code of a program,
 * and is no secret.
 */
export const UNSAFE_VARIABLES = [
  // Programs, folders and settings that a shell takes from its environment:
  // https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html (2.5.3)
  // https://www.gnu.org/software/bash/manual/html_node/Shell-Variables.html
  // https://zsh.sourceforge.io/Doc/Release/Parameters.html
  'PATH HOME SHELL ENV IFS CDPATH PWD OLDPWD POSIXLY_CORRECT',
  'BASH* SHELLOPTS PROMPT* PS0 PS1 PS2 PS3 PS4 MAILPATH',
  'GLOBIGNORE EXECIGNORE FIGNORE HIST* INPUTRC',
  'ZDOTDIR FPATH MODULE_PATH NULLCMD READNULLCMD RPROMPT* RPS1 RPS2 SPROMPT POSTEDIT STTY TMPPREFIX',
  // Variables that bash or mksh evaluates as arithmetic, which can run a command, or makes
  // read-only or special: the same manual, and https://www.mirbsd.org/htman/i386/man1/mksh.htm
  'RANDOM SRANDOM SECONDS OPTIND LINENO COLUMNS LINES TMOUT UID EUID PPID PGRP USER_ID',
  'DIRSTACK GROUPS FUNCNAME PIPESTATUS EPOCHREALTIME EPOCHSECONDS SHLVL COMP_* _',

  // Dynamic loaders and the C library:
  // https://man7.org/linux/man-pages/man8/ld.so.8.html
  // https://keith.github.io/xcode-man-pages/dyld.1.html
  // https://www.ibm.com/docs/en/aix/7.3?topic=l-ld-command
  // https://www.gnu.org/software/gettext/manual/html_node/gettext_002esh.html
  'LD_* DYLD_* LDR_* _RLD* LIBPATH SHLIB_PATH',
  'GCONV_PATH GETCONF_DIR GLIBC_TUNABLES LOCPATH NLSPATH PATH_LOCALE TEXTDOMAIN* MALLOC_* TZDIR',
  'HOSTALIASES LOCALDOMAIN NIS_PATH RESOLV_*',
  // Folders of temporary files and of settings; terminals:
  // https://specifications.freedesktop.org/basedir-spec/latest/
  // https://man7.org/linux/man-pages/man5/terminfo.5.html
  'TMPDIR TMP TEMP XDG_* *_HOME TERMINFO* TERMCAP TERMPATH',

  // Programs that programs start: https://man7.org/linux/man-pages/man7/environ.7.html
  // https://man7.org/linux/man-pages/man1/less.1.html https://man.openbsd.org/ssh
  // https://www.sudo.ws/docs/man/sudo.man https://download.samba.org/pub/rsync/rsync.1
  // https://vimhelp.org/starting.txt.html https://www.mercurial-scm.org/doc/hg.1.html
  '*EDITOR VISUAL FCEDIT *PAGER BROWSER LESS* *ASKPASS* VIMINIT EXINIT MYVIMRC EMACSLOADPATH',
  'SSH_AUTH_SOCK SSH_PKCS11_HELPER SSH_SK_* *_RSH RSYNC_CONNECT_PROG SVN_SSH HGMERGE HGRCPATH',
  // https://man7.org/linux/man-pages/man1/man.1.html https://junegunn.github.io/fzf/reference
  // https://kubernetes.io/docs/reference/kubectl/generated/kubectl_diff
  'MANOPT FZF_* KUBECTL_EXTERNAL_DIFF',
  // https://git-scm.com/docs/git#_environment_variables
  // https://www.gnupg.org/documentation/manuals/gnupg/GPG-Configuration-Options.html
  'GIT_* GNUPGHOME',

  // Node.js and what runs JavaScript: https://nodejs.org/api/cli.html#environment-variables
  // https://docs.npmjs.com/cli/using-npm/config https://yarnpkg.com/configuration/yarnrc
  // https://docs.deno.com/runtime/reference/env_variables https://bun.com/docs/runtime/env
  // https://github.com/nodejs/corepack#environment-variables
  'NODE_* NPM_CONFIG_* YARN_* DENO_* BUN_* COREPACK_*',
  // Any program's options, such as JAVA_TOOL_OPTIONS, JDK_JAVA_OPTIONS, RES_OPTIONS, MAVEN_OPTS:
  // https://docs.oracle.com/en/java/javase/21/docs/specs/man/java.html
  // https://maven.apache.org/configure.html https://docs.gradle.org/current/userguide/build_environment.html
  '*_OPTIONS *_OPTS CLASSPATH MAVEN_ARGS',
  // https://docs.python.org/3/using/cmdline.html#environment-variables
  // https://pip.pypa.io/en/stable/topics/configuration https://docs.astral.sh/uv/reference/environment
  'PYTHON* PIP_* UV_* VIRTUAL_ENV',
  // https://perldoc.perl.org/perlrun#ENVIRONMENT
  // https://docs.ruby-lang.org/en/master/ruby/options_md.html https://bundler.io/man/bundle-config.1.html
  'PERL* RUBY* GEM_PATH BUNDLE_* RAILS_ENV RACK_ENV',
  // https://www.php.net/manual/en/configuration.file.php https://getcomposer.org/doc/03-cli.md
  // https://www.lua.org/manual/5.4/lua.html https://www.tcl-lang.org/man/tcl/TclCmd/library.htm
  // https://stat.ethz.ch/R-manual/R-devel/library/base/html/Startup.html
  'PHPRC PHP_INI_SCAN_DIR COMPOSER LUA_* TCLLIBPATH R_PROFILE* R_ENVIRON* R_LIBS*',
  // https://www.erlang.org/doc/apps/erts/erl_cmd.html https://docs.julialang.org/en/v1/manual/environment-variables
  // https://www.gnu.org/software/guile/manual/html_node/Environment-Variables.html
  'ERL_* JULIA_* *_LOAD_PATH *_LIBRARY_PATH',
  // https://learn.microsoft.com/dotnet/core/tools/dotnet-environment-variables
  'DOTNET_* COMPLUS_* CORECLR_* COR_* ASPNETCORE_HOSTINGSTARTUP*',

  // Compilers and builds: https://gcc.gnu.org/onlinedocs/gcc/Environment-Variables.html
  // https://www.gnu.org/software/make/manual/html_node/Implicit-Variables.html
  // https://doc.rust-lang.org/cargo/reference/environment-variables.html https://pkg.go.dev/cmd/go
  'CC CXX CPP AR CFLAGS CPPFLAGS CXXFLAGS LDFLAGS MAKEFLAGS GNUMAKEFLAGS MAKEFILES',
  'GCC_EXEC_PREFIX COMPILER_PATH LIBRARY_PATH CPATH *_INCLUDE_PATH CMAKE_* PKG_CONFIG*',
  // https://nix.dev/manual/nix/latest/command-ref/env-common
  'CARGO_* RUSTC* RUSTFLAGS RUSTUP_* NIX_*',
  'CGO_* GOAUTH GOBIN GOCACHE GODEBUG GOENV GOFLAGS GOINSECURE GONO* GOPATH GOPRIVATE GOPROXY GOROOT',
  'GOSUMDB GOTOOL* GOVCS',

  // Proxies and trust: https://curl.se/docs/manpage.html#ENVIRONMENT
  // https://docs.openssl.org/master/man7/openssl-env https://requests.readthedocs.io/en/latest/user/advanced
  // https://web.mit.edu/kerberos/krb5-latest/doc/user/user_config/kerberos.html
  // https://www.cyrusimap.org/sasl/sasl/components.html https://www.openldap.org/software/man.cgi?query=ldap.conf
  '*_PROXY SSL_CERT_* *_CA_BUNDLE SSLKEYLOGFILE OPENSSL_* NETRC WGETRC',
  'KRB5_CONFIG* SASL_PATH LDAPCONF LDAPRC ODBCINI ODBCSYSINI LIBMYSQL_*',

  // Clouds and clusters: https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-envvars.html
  // https://docs.podman.io/en/latest/markdown/podman.1.html
  // https://docs.docker.com/reference/cli/docker https://kubernetes.io/docs/reference/kubectl/kubectl
  // https://cloud.google.com/sdk/docs/properties https://developer.hashicorp.com/terraform/cli/config/environment-variables
  // https://docs.ansible.com/ansible/latest/reference_appendices/config.html
  'AWS_* CREDSTASH_* DOCKER_CERT_PATH DOCKER_CONFIG DOCKER_CONTEXT DOCKER_HOST DOCKER_TLS*',
  'BUILDKIT_HOST CONTAINER_HOST KUBECONFIG CLOUDSDK_* AZURE_CONFIG_DIR AZURE_EXTENSION_DIR TF_CLI_* ANSIBLE_*',

  // Frameworks and desktops that load what a variable names:
  // https://docs.djangoproject.com/en/stable/topics/settings https://flask.palletsprojects.com/en/stable/cli
  // https://docs.gunicorn.org/en/stable/settings.html https://uwsgi-docs.readthedocs.io/en/latest/Configuration.html
  // https://docs.spring.io/spring-boot/reference/features/external-config.html
  // https://logging.apache.org/log4j/2.x/manual/configuration.html
  'DJANGO_SETTINGS_MODULE FLASK_APP FLASK_DEBUG GUNICORN_CMD_ARGS UWSGI_*',
  'SPRING_APPLICATION_JSON SPRING_CONFIG_* SPRING_MAIN_* LOGGING_CONFIG LOG4J_CONFIGURATION_FILE',
  // https://docs.gtk.org/gtk3/running.html https://doc.qt.io/qt-6/deployment-plugins.html
  // https://dbus.freedesktop.org/doc/dbus-specification.html
  'GTK_* GIO_* GDK_* QT_* GST_PLUGIN_* DBUS_*',
].flatMap((line) => line.split(' '));

/** Whether a value in this variable can make a program run something else. */
export const isUnsafeVariable = nameMatcher(UNSAFE_VARIABLES);
