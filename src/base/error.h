// Why: every failure that a user can meet has a stable code, an exit status and a way out; one type for library and user.
#pragma once

#include "../../include/rnn/error.h"
