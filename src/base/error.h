// Why: every failure that a user can meet carries a stable code, an exit status and a way out; one type inside and outside.
#pragma once

#include "../../include/rnn/error.h"
